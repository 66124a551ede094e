// The tokens that this tab shows the server: one to look on with, and one to lend itself with, since neither does for the other. They
// come in the address's fragment, which is never sent to any server, or are pasted; they are kept for the tab's lifetime only.
import { effect, signal } from '@preact/signals';

function kept(key: string) {
  /** Null: none is known. */
  const token = signal<string | null>(sessionStorage.getItem(key));
  effect(() => {
    if (token.value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, token.value);
  });
  return token;
}

export const token = kept('germline.token');
export const workerToken = kept('germline.worker-token');

/** From what somebody pasted: a token, or the whole address with it. Null: nothing. */
export const tokenOf = (pasted: string): string | null => pasted.trim().replace(/^.*#(token=)?/, '') || null;

/** `#token=...`, or `#...` alone; then gone from the address bar and the history. */
export function takeTokenFromAddress(): void {
  const given = tokenOf(decodeURIComponent(location.hash));
  if (!given) return;
  (/^\/join\/?$/.test(location.pathname) ? workerToken : token).value = given;
  history.replaceState(history.state, '', location.pathname + location.search);
}
