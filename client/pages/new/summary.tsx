// What the run will need, its seed, and the button that starts it.
import { type Signal, useSignal } from '@preact/signals';
import { ApiError, api } from '../../api.ts';
import { readOnly } from '../../components/admission.tsx';
import { Stat } from '../../components/stat.tsx';
import type { RunEntry } from '../../entries.ts';
import { bytes, count, sentence, short } from '../../format.ts';
import { navigate } from '../../router.ts';
import { checked, checking, checkProblem, draft, type Estimate, origin, problems, textProblem } from './draft.ts';
import { idOf } from './labelled.tsx';
import { randomSeed, seedProblem } from './seed.ts';

/** The button alone, for screens on which the form is long. */
export function StartBar() {
  const wrong = problems.value.length;
  return (
    <div class="start-bar">
      <button type="submit" form="start" class="primary" disabled={wrong > 0 || textProblem.value !== null || readOnly() !== null}>
        Start the run
      </button>
      {wrong > 0 && <span class="warning">{wrong === 1 ? 'One thing is wrong' : `${count(wrong)} things are wrong`}</span>}
    </div>
  );
}

export function Summary({ seed }: { seed: Signal<string> }) {
  const busy = useSignal(false);
  const refusal = useSignal<string | null>(null);
  const reason = readOnly();
  const wrongSeed = seedProblem(seed.value);
  const blocked = problems.value.length > 0 || textProblem.value !== null || wrongSeed !== null;

  const submit = async (start: boolean) => {
    busy.value = true;
    refusal.value = null;
    try {
      const made = await create(seed.peek().trim(), start);
      navigate(`/runs/${made.id}`);
    } catch (error) {
      refusal.value = error instanceof ApiError ? error.message : String(error);
      busy.value = false;
    }
  };
  return (
    <form
      id="start"
      class="card summary"
      aria-label="Start"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(true);
      }}
    >
      <div>
        <h2>What it will need</h2>
        <p class="soft fine">Estimated from the experiment, before anything is started.</p>
      </div>
      <Needs estimate={checked.value?.estimate ?? null} />
      <div class="field">
        <label for="seed">Seed</label>
        <div class="with-button">
          <input
            id="seed"
            class="number"
            inputMode="numeric"
            autoComplete="off"
            value={seed.value}
            aria-describedby="seed-help"
            aria-invalid={wrongSeed !== null}
            onInput={(event) => {
              seed.value = event.currentTarget.value;
            }}
          />
          <button
            type="button"
            onClick={() => {
              seed.value = randomSeed();
            }}
          >
            Another
          </button>
        </div>
        <p class="help" id="seed-help">
          Every random choice follows from it: the same seed and experiment give the same champion, byte for byte.
        </p>
        {wrongSeed && <p class="warning">{wrongSeed}</p>}
      </div>
      <Mistakes />
      {refusal.value && (
        <p class="warning" role="alert">
          {sentence(refusal.value)}
        </p>
      )}
      {reason && <p class="fine soft">{reason}</p>}
      <div class="row">
        <button type="submit" class="primary" disabled={busy.value || blocked || reason !== null}>
          Start the run
        </button>
        <button type="button" disabled={busy.value || blocked || reason !== null} onClick={() => submit(false)}>
          Only create it
        </button>
      </div>
    </form>
  );
}

/** A clone keeps what a run began from: only what was changed of its experiment is sent. */
async function create(seed: string, start: boolean): Promise<RunEntry> {
  const from = origin.peek();
  if (from?.kind !== 'run') return api('/api/runs', { method: 'POST', body: { experiment: draft.peek(), seed, start } });
  const now = checked.peek()?.experiment ?? draft.peek();
  const set = Object.entries(now).flatMap(([path, value]) =>
    JSON.stringify(value) === JSON.stringify(from.experiment[path]) ? [] : [{ path, value }],
  );
  return api(`/api/runs/${from.id}/clone`, { method: 'POST', body: { seed, start, set } });
}

function Needs({ estimate }: { estimate: Estimate | null }) {
  if (!estimate) {
    return (
      <p class="soft">
        {checkProblem.value ? sentence(checkProblem.value) : checking.value ? 'Being estimated.' : 'Known when nothing is wrong any more.'}
      </p>
    );
  }
  const { parameters, evaluations, memory, memoryPerThread, wirePerGeneration, diskPerGeneration } = estimate;
  const generations = Number(checked.value?.experiment?.generations ?? 0);
  return (
    <dl class="stats" aria-busy={checking.value}>
      <Stat label="Weights" title="Of one network">
        {count(parameters)}
      </Stat>
      <Stat label="Evaluations" title={count(evaluations)} note="to the last generation">
        {short(evaluations)}
      </Stat>
      <Stat label="Memory" note={`a machine, and ${bytes(memoryPerThread)} more for each thread past the first`}>
        {bytes(memory)}
      </Stat>
      <Stat label="Traffic" note="a worker and generation">
        {bytes(wirePerGeneration)}
      </Stat>
      <Stat label="Disk" note={`${bytes(diskPerGeneration)} a generation`}>
        {bytes(diskPerGeneration * generations)}
      </Stat>
    </dl>
  );
}

/** Everything that is wrong, wherever it is; each leads to its field. */
function Mistakes() {
  const all = problems.value;
  return (
    <div role="status">
      {all.length > 0 && (
        <div class="note trouble">
          <h2>{all.length === 1 ? 'One thing is wrong' : `${count(all.length)} things are wrong`}</h2>
          <ul>
            {all.map(({ path, message }) => (
              <li key={path + message}>
                {path && (
                  <button type="button" class="link" onClick={() => goTo(path)}>
                    {path}
                  </button>
                )}
                {path ? ': ' : ''}
                {message}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** To the field, or to the nearest one around it. */
function goTo(path: string): void {
  const parts = path.split('.');
  for (; parts.length; parts.pop()) {
    const field = document.getElementById(idOf(parts.join('.')));
    if (!field) continue;
    for (let around = field.closest('details'); around; around = around.parentElement?.closest('details') ?? null) around.open = true;
    field.focus();
    return;
  }
  document.getElementById('experiment-json')?.focus();
}
