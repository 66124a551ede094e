// The form before the start: a name, threads, and a token where the server asked for one.
import { useSignal } from '@preact/signals';
import { NAME_LENGTH, TOKEN_LENGTH } from '../../../protocol/limits.ts';
import { useFocusWhenLost } from '../../focus.ts';
import { token, tokenOf, workerToken } from '../../token.ts';
import { keepChoice, keptChoice } from './choice.ts';
import { start, state, status } from './session.ts';

export function Setup() {
  const choice = useSignal(keptChoice());
  const pasted = useSignal('');
  const most = Math.max(1, navigator.hardwareConcurrency || 1);
  const { name, threads } = choice.value;
  const tokenAsked = state.value.name === 'refused' && ['unauthorized', 'forbidden'].includes(state.value.code);

  const again = status.peek() !== null || state.peek().name === 'refused';
  const startButton = useFocusWhenLost<HTMLButtonElement>(again && !tokenAsked);
  const tokenField = useFocusWhenLost<HTMLInputElement>(tokenAsked);

  const submit = (event: Event) => {
    event.preventDefault();
    const given = tokenOf(pasted.value);
    if (given) workerToken.value = given;
    keepChoice(choice.value);
    start({ name: name.trim() || 'browser', threads, token: workerToken.value ?? token.value });
  };
  return (
    <form class="card" onSubmit={submit} aria-label="What to lend">
      <div class="field">
        <label for="join-name">Name</label>
        <input
          id="join-name"
          value={name}
          maxLength={NAME_LENGTH}
          autoComplete="off"
          spellcheck={false}
          aria-describedby="join-name-help"
          onInput={(event) => {
            choice.value = { ...choice.value, name: event.currentTarget.value };
          }}
        />
        <p class="help" id="join-name-help">
          What others see this tab as.
        </p>
      </div>
      <div class="field">
        <div class="field-head">
          <label for="join-threads">Threads</label>
          <output for="join-threads">
            {threads} of {most}
          </output>
        </div>
        <input
          id="join-threads"
          type="range"
          min={1}
          max={most}
          value={threads}
          aria-describedby="join-threads-help"
          aria-valuetext={`${threads} of ${most}`}
          disabled={most === 1}
          onInput={(event) => {
            choice.value = { ...choice.value, threads: event.currentTarget.valueAsNumber };
          }}
        />
        <p class="help" id="join-threads-help">
          One less than the machine has keeps it responsive.
        </p>
      </div>
      {tokenAsked && (
        <div class="field">
          <label for="join-token">Token</label>
          <input
            ref={tokenField}
            id="join-token"
            type="password"
            value={pasted.value}
            maxLength={TOKEN_LENGTH * 2}
            autoComplete="off"
            aria-describedby="join-token-help"
            onInput={(event) => {
              pasted.value = event.currentTarget.value;
            }}
          />
          <p class="help" id="join-token-help">
            A worker's token, or the whole link with it. It is kept until this tab closes, beside the one that you look on with.
          </p>
        </div>
      )}
      <button ref={startButton} class="primary" type="submit">
        Start
      </button>
    </form>
  );
}
