// The form: what is asked first stands first, what most people leave alone is folded.

import { branchOf, draft, edit } from './draft.ts';
import { Field, type FieldProps } from './field.tsx';
import { NetworkField } from './network-field.tsx';
import { changed, type JsonSchema } from './schema.ts';

const SECTIONS: { title: string; caption: string; fields: string[] }[] = [
  {
    title: 'What to learn',
    caption: 'Examples to learn from, the network whose weights are searched, and what counts as good.',
    fields: ['name', 'dataset', 'network', 'loss', 'metric'],
  },
  {
    title: 'How to evolve',
    caption: 'How many individuals each generation has, what each is measured on, and how the next generation is made of them.',
    fields: ['population', 'batch', 'algorithm', 'init'],
  },
  { title: 'When to stop', caption: 'Whichever comes first ends the run.', fields: ['generations', 'stop'] },
];
/** Said elsewhere. */
const HIDDEN = ['$schema', 'kind'];

export function Form({ schema, datasets }: { schema: JsonSchema; datasets: string[] }) {
  const { branch, kinds } = branchOf(schema, draft.value);
  const properties = branch.properties ?? {};
  const named = SECTIONS.flatMap(({ fields }) => fields);
  const rest = Object.keys(properties).filter((key) => !named.includes(key) && !HIDDEN.includes(key));
  const field = (key: string) => {
    if (!properties[key]) return null;
    const props: FieldProps = {
      path: key,
      node: properties[key],
      value: draft.value[key],
      onChange: (value) => edit(changed(draft.peek(), key, value, Object.keys(properties))),
      suggestions: key === 'dataset' ? datasets : undefined,
    };
    return key === 'network' ? <NetworkField key={key} {...props} /> : <Field key={key} {...props} />;
  };
  return (
    <div class="sections">
      {kinds.length > 1 && (
        <div class="field">
          <label for="field-kind">Kind</label>
          <select
            id="field-kind"
            value={String(draft.value.kind)}
            onChange={(event) => edit(changed(draft.peek(), 'kind', event.currentTarget.value))}
          >
            {kinds.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </div>
      )}
      {SECTIONS.map(({ title, caption, fields }) => (
        <section class="card" key={title} aria-label={title}>
          <div>
            <h2>{title}</h2>
            <p class="soft fine">{caption}</p>
          </div>
          <div class="fields">{fields.map(field)}</div>
        </section>
      ))}
      {rest.length > 0 && (
        <details class="card more">
          <summary>
            <h2>More</h2> <span class="soft fine">What most runs leave as it is.</span>
          </summary>
          <div class="fields">{rest.map(field)}</div>
        </details>
      )}
    </div>
  );
}
