// One field of the form, whatever it is by the schema: its label, its control, what it means, and what is wrong with it.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { ChoiceInput, ChoicesInput, NumberInput, TextInput } from './inputs.tsx';
import { Help, idOf, Labelled } from './labelled.tsx';
import { Problems } from './problems.tsx';
import { Prose } from './prose.tsx';
import {
  changed,
  expand,
  type Fields,
  isFields,
  type JsonSchema,
  labelOf,
  nameOf,
  shapeOf,
  shorten,
  switched,
  type Value,
} from './schema.ts';
import { Steps } from './steps.tsx';

export interface FieldProps {
  /** Dotted. */
  path: string;
  node: JsonSchema;
  value: Value;
  /** Undefined: not given, its default holds. */
  onChange: (value: Value) => void;
  label?: string;
  /** Values to choose from where others may be typed too. */
  suggestions?: string[];
}

export function Field(props: FieldProps) {
  const { path, node, value, onChange } = props;
  const shape = shapeOf(node);
  const label = props.label ?? labelOf(path.split('.').at(-1) as string, node);
  const id = idOf(path);
  const control = { id, value, fallback: node.default, onChange, describedBy: `${id}-help` };
  switch (shape.kind) {
    case 'number':
      return (
        <Labelled {...{ id, path, label }} help={node.description}>
          <NumberInput {...control} integer={shape.integer} none={shape.nullable ? 'none' : undefined} />
        </Labelled>
      );
    case 'share':
      return (
        <Labelled {...{ id, path, label }} help={node.description}>
          <NumberInput {...control} integer={false} />
        </Labelled>
      );
    case 'text':
      return (
        <Labelled {...{ id, path, label }} help={node.description}>
          <TextInput {...control} suggestions={props.suggestions} />
        </Labelled>
      );
    case 'choice':
      return (
        <Labelled {...{ id, path, label }} help={node.description}>
          <ChoiceInput {...control} options={shape.options} />
        </Labelled>
      );
    case 'boolean':
      return (
        <Labelled {...{ id, path, label }} help={node.description}>
          <ChoiceInput
            {...control}
            value={value === undefined ? undefined : String(value)}
            options={['true', 'false']}
            onChange={(given) => onChange(given === undefined ? undefined : given === 'true')}
          />
        </Labelled>
      );
    case 'choices':
      return (
        <fieldset class="field group" id={id} tabIndex={-1} aria-describedby={`${id}-help`}>
          <legend>{label}</legend>
          <ChoicesInput {...control} options={shape.options} />
          <Help id={id} text={node.description} />
          <Problems path={path} deep />
        </fieldset>
      );
    case 'steps':
      return <Steps {...props} label={label} properties={shape.properties} />;
    case 'variants':
      return <Variants {...props} label={label} variants={shape.variants} number={shape.number} />;
    case 'object':
      return (
        <fieldset class="field group wide" id={id} tabIndex={-1}>
          <legend>{label}</legend>
          <Help id={id} text={node.description} />
          <Problems path={path} />
          <Fold open={path === 'stop' || isFields(value)} label={label} count={Object.keys(shape.properties).length}>
            <FieldGrid path={path} properties={shape.properties} value={isFields(value) ? value : {}} onChange={onChange} />
          </Fold>
        </fieldset>
      );
    case 'other':
      return (
        <div class="field wide" id={id} tabIndex={-1}>
          <span class="label">{label}</span>
          <Help id={id} text={node.description} />
          <p class="help">To be changed in the JSON.</p>
          <Problems path={path} deep />
        </div>
      );
  }
}

interface FoldProps {
  /** At first: then it is as it was left. */
  open: boolean;
  label: string;
  count: number;
  children: ComponentChildren;
}

/** Settings that few change. */
function Fold({ open, label, count, children }: FoldProps) {
  const first = useSignal(open);
  return (
    <details class="fold" open={first.peek()}>
      <summary class="fine">
        {count === 1 ? 'One setting' : `${count} settings`} <span class="hidden">of {label}</span>
      </summary>
      {children}
    </details>
  );
}

interface GridProps {
  path: string;
  properties: Record<string, JsonSchema>;
  value: Fields;
  onChange: (value: Fields) => void;
}

/** The fields of an object side by side. */
export function FieldGrid({ path, properties, value, onChange }: GridProps) {
  return (
    <div class="fields">
      {Object.entries(properties)
        .filter(([key]) => key !== 'name' || path === '')
        .map(([key, node]) => (
          <Field
            key={key}
            path={path ? `${path}.${key}` : key}
            node={node}
            value={value[key]}
            onChange={(given) => onChange(changed(value, key, given, Object.keys(properties)))}
          />
        ))}
    </div>
  );
}

/** Which one of several, and its own fields below. */
function Variants({
  path,
  node,
  value,
  onChange,
  label,
  variants,
  number,
}: FieldProps & { label: string; variants: JsonSchema[]; number: boolean }) {
  const id = idOf(path);
  const now = expand(value, node, variants);
  const names = variants.map((variant) => nameOf(variant) as string);
  const variant = variants[names.indexOf(String(now.name))];
  const own = Object.keys(variant?.properties ?? {}).some((key) => key !== 'name');
  const select = (
    <select
      id={id}
      value={String(now.name)}
      aria-describedby={`${id}-help ${id}-variant`}
      onChange={(event) => {
        const next = variants[names.indexOf(event.currentTarget.value)];
        onChange(shorten(switched(now, next), number));
      }}
    >
      {variant === undefined && <option value={String(now.name)}>{String(now.name)}</option>}
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
  return (
    <div class={own ? 'field group wide' : 'field'}>
      <label for={id}>{label}</label>
      {select}
      <Help id={id} text={node.description} />
      {variant?.description && (
        <p class="help meaning" id={`${id}-variant`}>
          <strong>{String(now.name)}:</strong> <Prose text={variant.description} />
        </p>
      )}
      <Problems path={path} deep={!own} />
      {own && variant && (
        <Fold
          key={String(now.name)}
          open={path === 'algorithm' || Object.keys(now).length > 1}
          label={String(now.name)}
          count={Object.keys(variant.properties ?? {}).length - 1}
        >
          <FieldGrid path={path} properties={variant.properties ?? {}} value={now} onChange={(given) => onChange(shorten(given, number))} />
        </Fold>
      )}
    </div>
  );
}
