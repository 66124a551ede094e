// What is searched for on a page: it lives in the address, as `q`.
import { setQuery } from '../router.ts';

interface SearchFieldProps {
  label: string;
  placeholder: string;
  value: string;
}

export function SearchField({ label, placeholder, value }: SearchFieldProps) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={value}
      autoComplete="off"
      spellcheck={false}
      onInput={(event) => setQuery({ q: event.currentTarget.value })}
    />
  );
}
