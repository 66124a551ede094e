// What stands around a control: its label, what it means, what is wrong with it.
import type { ComponentChildren } from 'preact';
import { Problems } from './problems.tsx';
import { Prose } from './prose.tsx';

/** The id of the control at a dotted path. */
export const idOf = (path: string): string => `field-${path.replaceAll('.', '-')}`;

export function Labelled({
  id,
  path,
  label,
  help,
  children,
}: {
  id: string;
  path: string;
  label: string;
  help?: string;
  children: ComponentChildren;
}) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <Help id={id} text={help} />
      <Problems path={path} deep />
    </div>
  );
}

export function Help({ id, text }: { id: string; text?: string }) {
  return text ? (
    <p class="help" id={`${id}-help`}>
      <Prose text={text} />
    </p>
  ) : null;
}
