// A page for whoever may see it: where the server asks for a token, the form to give one stands in its place.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { TOKEN_LENGTH } from '../../protocol/limits.ts';
import { useFocusWhenLost } from '../focus.ts';
import { sentence } from '../format.ts';
import { role, status } from '../live.ts';
import { token, tokenOf } from '../token.ts';

export function Admission({ children }: { children: ComponentChildren }) {
  const pasted = useSignal('');
  const now = status.value;
  const asked = now.name === 'refused' && (now.code === 'unauthorized' || now.code === 'forbidden');
  // Between two attempts the page stands here, and takes the focus with it.
  const field = useFocusWhenLost<HTMLInputElement>(asked);
  if (now.name !== 'refused') return <>{children}</>;
  // Of the token that was given; where none was, there is nothing wrong yet.
  const wrong = asked && token.value !== null ? sentence(now.message) : null;
  return (
    <div class="narrow">
      <h1>{asked ? 'This server asks for a token' : 'The server refuses this page'}</h1>
      <p class="lead">{asked ? 'Only those who have one may look on. You get it from whoever runs the server.' : sentence(now.message)}</p>
      {asked ? (
        <form
          class="card"
          onSubmit={(event) => {
            event.preventDefault();
            token.value = tokenOf(pasted.value) ?? token.value;
          }}
        >
          <div class="field">
            <label for="viewer-token">Token</label>
            <input
              ref={field}
              id="viewer-token"
              type="password"
              value={pasted.value}
              maxLength={TOKEN_LENGTH * 2}
              autoComplete="off"
              aria-describedby="viewer-token-help viewer-token-wrong"
              aria-invalid={wrong !== null}
              onInput={(event) => {
                pasted.value = event.currentTarget.value;
              }}
            />
            <p class="warning" id="viewer-token-wrong" role="alert">
              {wrong}
            </p>
            <p class="help" id="viewer-token-help">
              Paste it, or the whole link that you were given. A viewer's token shows everything, an admin's may change runs too;{' '}
              <code>germline token create viewer</code> makes one on the server's machine. It is kept until this tab closes.
            </p>
          </div>
          <button type="submit" class="primary">
            Open the dashboard
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
