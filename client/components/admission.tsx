// A page for whoever may see it: where the server asks for a token, the form to give one stands in its place.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { TOKEN_LENGTH } from '../../protocol/limits.ts';
import { sentence } from '../format.ts';
import { role, status } from '../live.ts';
import { setToken } from '../token.ts';

export function Admission({ children }: { children: ComponentChildren }) {
  const pasted = useSignal('');
  const now = status.value;
  if (now.name !== 'refused') return <>{children}</>;
  const asked = now.code === 'unauthorized' || now.code === 'forbidden';
  return (
    <div class="narrow">
      <h1>{asked ? 'This server asks for a token' : 'The server refuses this page'}</h1>
      <p class="lead">{sentence(now.message)}</p>
      {asked ? (
        <form
          class="card"
          onSubmit={(event) => {
            event.preventDefault();
            const given = pasted.value.trim().replace(/^.*#(token=)?/, '');
            if (given) setToken(given);
          }}
        >
          <div class="field">
            <label for="viewer-token">Token</label>
            <input
              id="viewer-token"
              type="password"
              value={pasted.value}
              maxLength={TOKEN_LENGTH * 2}
              autoComplete="off"
              aria-describedby="viewer-token-help"
              onInput={(event) => {
                pasted.value = event.currentTarget.value;
              }}
            />
            <p class="help" id="viewer-token-help">
              A viewer's token shows everything, an admin's may change runs too. Whoever runs the server makes one with{' '}
              <code>germline token create viewer</code>. It is kept until this tab closes.
            </p>
          </div>
          <button type="submit" class="primary">
            Show
          </button>
        </form>
      ) : (
        <p>
          {now.code === 'origin'
            ? 'Open it at the address that the server was started with.'
            : 'It is of another version than this page: load the page again, or build it anew (npm run build:client).'}
        </p>
      )}
    </div>
  );
}

/** Why this page may not change anything; null: it may. */
export function readOnly(): string | null {
  return role.value === 'viewer' ? "Changing runs needs an admin's token; yours is a viewer's." : null;
}
