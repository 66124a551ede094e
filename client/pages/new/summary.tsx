// What the run will need, its seed, and the button that starts it.
import { readOnly } from '../../components/admission.tsx';
import { Stat } from '../../components/stat.tsx';
import { bytes, count, sentence, short } from '../../format.ts';
import { checked, checking, checkProblem, type Estimate } from './draft.ts';
import { randomSeed } from './seed.ts';
import { beginSeed, busy, goTo, mistakes, refusal, SEED_ID, seed, submit, wrongSeed } from './start.ts';

const wrongThings = (many: number): string => (many === 1 ? 'One thing is wrong' : `${count(many)} things are wrong`);

/** The button alone, for screens on which the form is long; and why it does nothing. */
export function StartBar() {
  const reason = readOnly();
  const wrong = mistakes.value;
  return (
    <div class="start-bar">
      <button type="submit" form="start" class="primary" disabled={busy.value || wrong.length > 0 || reason !== null}>
        Start the run
      </button>
      {wrong.length > 0 ? (
        <button type="button" class="link warning" onClick={() => goTo(wrong[0])}>
          {wrongThings(wrong.length)}
        </button>
      ) : refusal.value ? (
        <span class="warning">{sentence(refusal.value)}</span>
      ) : (
        reason && <span class="soft fine">{reason}</span>
      )}
    </div>
  );
}

export function Summary() {
  const reason = readOnly();
  const off = busy.value || mistakes.value.length > 0 || reason !== null;
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
        <label for={SEED_ID}>Seed</label>
        <div class="with-button">
          <input
            id={SEED_ID}
            class="number"
            inputMode="numeric"
            autoComplete="off"
            value={seed.value}
            aria-describedby="seed-help"
            aria-invalid={wrongSeed.value !== null}
            onInput={(event) => {
              seed.value = event.currentTarget.value;
            }}
          />
          <button type="button" onClick={() => beginSeed(randomSeed())}>
            Another
          </button>
        </div>
        <p class="help" id="seed-help">
          Every random choice follows from it: the same seed and experiment give the same champion, byte for byte.
        </p>
        {wrongSeed.value && <p class="warning">{wrongSeed.value}</p>}
      </div>
      <Mistakes />
      {refusal.value && (
        <p class="warning" role="alert">
          {sentence(refusal.value)}
        </p>
      )}
      {reason && <p class="fine soft">{reason}</p>}
      <div class="row">
        <button type="submit" class="primary" disabled={off}>
          Start the run
        </button>
        <button type="button" disabled={off} onClick={() => submit(false)}>
          Only create it
        </button>
      </div>
    </form>
  );
}

function Needs({ estimate }: { estimate: Estimate | null }) {
  if (!estimate) {
    return (
      <p class="soft">
        {checkProblem.value ? sentence(checkProblem.value) : checking.value ? 'Being estimated.' : 'Shown once nothing is wrong.'}
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
      <Stat label="Memory" note={`a machine of one thread, ${bytes(memoryPerThread)} for each more`}>
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
  const all = mistakes.value;
  return (
    <div role="status">
      {all.length > 0 && (
        <div class="note trouble">
          <h2>{wrongThings(all.length)}</h2>
          <ul>
            {all.map((mistake) => (
              <li key={mistake.name + mistake.message}>
                {mistake.name && (
                  <>
                    <button type="button" class="link" onClick={() => goTo(mistake)}>
                      {mistake.name}
                    </button>
                    {': '}
                  </>
                )}
                {mistake.message}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
