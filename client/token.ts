// The token that this tab shows the server. It comes in the address's fragment, which is never sent to any server, and is kept for
// the tab's lifetime only.
import { signal } from '@preact/signals';

const KEY = 'germline.token';

/** Null: none is known. */
export const token = signal<string | null>(sessionStorage.getItem(KEY));

export function setToken(given: string | null): void {
  token.value = given || null;
  if (token.value === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token.value);
}

/** `#token=...`, or `#...` alone; then gone from the address bar and the history. */
export function takeTokenFromAddress(): void {
  const fragment = decodeURIComponent(location.hash.slice(1)).replace(/^token=/, '');
  if (!fragment) return;
  setToken(fragment);
  history.replaceState(history.state, '', location.pathname + location.search);
}
