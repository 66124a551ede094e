// /join: this browser as a worker.
import './join.css';
import { Isolation } from './isolation.tsx';
import { Running } from './running.tsx';
import { active, state, status } from './session.ts';
import { Setup } from './setup.tsx';
import { count, describe } from './words.ts';

export default function Join() {
  return (
    <div class="narrow join">
      <h1>Lend this browser</h1>
      <p class="lead">
        {active.value
          ? `This tab evaluates networks for the runs on ${location.host}. It goes on in the background and while you look at other pages here, until you press Stop or close it.`
          : `Press Start, and this tab evaluates networks for the runs on ${location.host}, on as many threads as you choose, in the background too. Nothing is computed before that, and Stop hands unfinished work back at once.`}
      </p>
      {active.value ? (
        <Running />
      ) : (
        <>
          <Ended />
          <Setup />
        </>
      )}
      <Isolation />
      <details class="about">
        <summary>What is stored, what is sent</summary>
        <p>
          The runs' datasets are kept in this browser, to be loaded once; clearing this site's data removes them. The server gets the losses
          of the networks that it names, the name above and the number of threads. Closing the tab ends it.
        </p>
      </details>
    </div>
  );
}

/** How it ended, where it has. */
function Ended() {
  const now = state.value;
  if (now.name === 'refused') {
    const { title, detail } = describe({ state: now, status: null, building: null, idle: null, rate: 0, left: 0 });
    return (
      <div class="note trouble" role="alert">
        <h2>{title}</h2>
        <p>{detail}</p>
      </div>
    );
  }
  if (!status.value) return null;
  return (
    <p class="ended" role="status">
      Stopped after {count(status.value.evaluations)} evaluations. Thank you.
    </p>
  );
}
