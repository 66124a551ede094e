// What the server finds wrong with a field.
import { sentence } from '../../format.ts';
import { type Problem, problems } from './draft.ts';

/** `deep`: of what is in the field as well. */
export const problemsAt = (all: Problem[], path: string, deep: boolean): Problem[] =>
  all.filter((problem) => problem.path === path || (deep && problem.path.startsWith(`${path}.`)));

export function Problems({ path, deep = false }: { path: string; deep?: boolean }) {
  return (
    <>
      {problemsAt(problems.value, path, deep).map(({ path: at, message }) => (
        <p class="warning" key={at + message}>
          {sentence(at === path ? message : `${at.slice(path.length + 1)}: ${message}`)}
        </p>
      ))}
    </>
  );
}
