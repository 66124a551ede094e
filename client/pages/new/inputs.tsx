// Controls for one value each. A control that is left empty means the default, which stands in it in grey.
import { useSignal } from '@preact/signals';
import { problems } from './draft.ts';
import { idOf } from './labelled.tsx';
import type { Value } from './schema.ts';

interface InputProps {
  id: string;
  value: Value;
  /** What holds where nothing is given. */
  fallback?: Value;
  onChange: (value: Value) => void;
  describedBy: string;
}

const textOf = (value: Value): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Numbers as numbers; anything else as it is typed, for the server to say what is wrong with it. */
function numberOf(text: string): Value {
  const trimmed = text.trim();
  if (!trimmed) return undefined;
  const number = Number(trimmed.replace(/(?<=\d)[,_ ](?=\d{3}\b)/g, ''));
  return Number.isNaN(number) ? trimmed : number;
}

const invalid = (id: string): boolean => problems.value.some(({ path }) => idOf(path) === id);

/** What is being typed stays as it is typed ("0." on the way to "0.5") for as long as it means the value. */
function useTyped(value: Value, read: (text: string) => Value): [string, (text: string) => void] {
  const typed = useSignal(textOf(value));
  const meant = read(typed.value);
  const same = meant === value || (meant === undefined && value === null);
  return [
    same ? typed.value : textOf(value),
    (text) => {
      typed.value = text;
    },
  ];
}

/** `none`: what stands in it where the default is nothing. */
export function NumberInput({
  id,
  value,
  fallback,
  onChange,
  describedBy,
  integer,
  none,
}: InputProps & { integer: boolean; none?: string }) {
  const [shown, type] = useTyped(value, numberOf);
  return (
    <input
      id={id}
      class="number"
      type="text"
      inputMode={integer ? 'numeric' : 'decimal'}
      value={shown}
      placeholder={textOf(fallback) || none}
      autoComplete="off"
      aria-describedby={describedBy}
      aria-invalid={invalid(id)}
      onInput={(event) => {
        type(event.currentTarget.value);
        onChange(numberOf(event.currentTarget.value));
      }}
    />
  );
}

export function TextInput({ id, value, fallback, onChange, describedBy, suggestions }: InputProps & { suggestions?: string[] }) {
  return (
    <>
      <input
        id={id}
        value={textOf(value)}
        placeholder={textOf(fallback)}
        dir="auto"
        autoComplete="off"
        spellcheck={false}
        list={suggestions && `${id}-list`}
        aria-describedby={describedBy}
        aria-invalid={invalid(id)}
        onInput={(event) => onChange(event.currentTarget.value || undefined)}
      />
      {suggestions && (
        <datalist id={`${id}-list`}>
          {suggestions.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </>
  );
}

export function ChoiceInput({ id, value, fallback, onChange, describedBy, options }: InputProps & { options: string[] }) {
  const now = textOf(value ?? fallback);
  return (
    <select
      id={id}
      value={now}
      aria-describedby={describedBy}
      aria-invalid={invalid(id)}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {!options.includes(now) && <option value={now}>{now}</option>}
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  );
}

export function ChoicesInput({ value, fallback, onChange, options }: InputProps & { options: string[] }) {
  const now = (value ?? fallback ?? []) as string[];
  return (
    <div class="checks">
      {options.map((option) => (
        <label key={option}>
          <input
            type="checkbox"
            checked={now.includes(option)}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              onChange(options.filter((each) => (each === option ? checked : now.includes(each))));
            }}
          />
          {option}
        </label>
      ))}
    </div>
  );
}
