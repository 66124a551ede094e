// A number that may change over the generations: one for all of them, or a list that says from which generation on.
import type { FieldProps } from './field.tsx';
import { NumberInput } from './inputs.tsx';
import { Help, idOf, Labelled } from './labelled.tsx';
import { Problems } from './problems.tsx';
import { changed, type Fields, type JsonSchema, labelOf } from './schema.ts';

export function Steps({
  path,
  node,
  value,
  onChange,
  label,
  properties,
}: FieldProps & { label: string; properties: Record<string, JsonSchema> }) {
  const id = idOf(path);
  // The one that is not the generation: what the short form is short for.
  const [from, own] = [Object.keys(properties)[0], Object.keys(properties)[1]];
  if (!Array.isArray(value)) {
    return (
      <Labelled id={id} path={path} label={label} help={node.description}>
        <NumberInput id={id} value={value} fallback={node.default} onChange={onChange} describedBy={`${id}-help`} integer />
        <button type="button" class="link fine" onClick={() => onChange([{ [from]: 0, [own]: value ?? node.default }])}>
          Change it over the generations
        </button>
      </Labelled>
    );
  }
  const steps = value as Fields[];
  const last = steps.at(-1);
  return (
    <fieldset class="field group wide" id={id} tabIndex={-1}>
      <legend>{label}</legend>
      <Help id={id} text={node.description} />
      <Problems path={path} />
      <ol class="plain">
        {steps.map((step, i) => (
          <li class="step" key={i}>
            {Object.entries(properties).map(([key, property]) => (
              <Labelled
                key={key}
                id={idOf(`${path}.${i}.${key}`)}
                path={`${path}.${i}.${key}`}
                label={labelOf(key)}
                help={property.description}
              >
                <NumberInput
                  id={idOf(`${path}.${i}.${key}`)}
                  value={step[key]}
                  onChange={(given) => onChange(steps.map((each, at) => (at === i ? changed(each, key, given) : each)))}
                  describedBy={`${idOf(`${path}.${i}.${key}`)}-help`}
                  integer
                />
              </Labelled>
            ))}
            <button
              type="button"
              class="small"
              aria-label={`Remove step ${i + 1}`}
              disabled={steps.length === 1}
              onClick={() => onChange(steps.filter((_, at) => at !== i))}
            >
              Remove
            </button>
          </li>
        ))}
      </ol>
      <div class="row">
        <button
          type="button"
          class="small"
          onClick={() => onChange([...steps, { [from]: Number(last?.[from] ?? 0) + 50, [own]: Number(last?.[own] ?? 1) * 2 }])}
        >
          Add a step
        </button>
        <button type="button" class="small" onClick={() => onChange(steps[0]?.[own])}>
          The same for all
        </button>
      </div>
    </fieldset>
  );
}
