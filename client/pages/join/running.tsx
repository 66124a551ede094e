// How it goes, while it goes.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useFocusWhenLost } from '../../focus.ts';
import { NOTHING, percent } from '../../format.ts';
import { building, idle, pace, state, status, stop, threads, warning } from './session.ts';
import { Sparkline } from './sparkline.tsx';
import { count, describe } from './words.ts';

export function Running() {
  const left = useSignal(0);
  useSignalEffect(() => {
    const now = state.value;
    if (now.name !== 'waiting') return;
    const look = () => {
      left.value = now.until - performance.now();
    };
    look();
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  });
  const focused = useFocusWhenLost<HTMLButtonElement>();
  const words = describe({
    state: state.value,
    status: status.value,
    building: building.value,
    idle: idle.value,
    rate: pace.value.now,
    left: left.value,
  });
  const now = status.value;
  return (
    <section class="card" aria-labelledby="join-state">
      <div class="state-line">
        <span class={`dot ${words.tone}`} aria-hidden="true" />
        <div class="state-words">
          <h2 id="join-state">{words.title}</h2>
          <p class="help">{words.detail}</p>
        </div>
        <button ref={focused} type="button" class="stop" disabled={state.value.name === 'leaving'} onClick={stop}>
          Stop
        </button>
      </div>
      {/* Read aloud when it changes; the numbers are not, for they would never stop. */}
      <p class="hidden" role="status">
        {words.title}
      </p>
      {warning.value && <p class="warning">{warning.value}</p>}
      <dl class="numbers">
        <div class="wide">
          <dt>Evaluations per second</dt>
          <dd>{count(pace.value.now)}</dd>
          <Sparkline values={pace.value.past} />
        </div>
        <div>
          <dt>Evaluations</dt>
          <dd data-count={now?.evaluations ?? 0}>{count(now?.evaluations ?? 0)}</dd>
        </div>
        <div>
          <dt>Share of the work</dt>
          <dd>{now?.followed ? percent(Math.min(now.evaluations, now.followed) / now.followed) : NOTHING}</dd>
        </div>
        <div>
          <dt>Threads busy</dt>
          <dd>
            {Math.min(pace.value.threads, threads.value).toFixed(1)} of {threads.value}
          </dd>
        </div>
      </dl>
    </section>
  );
}
