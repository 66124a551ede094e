// What somebody has to know before the curves: why there are none, or what went wrong and what to do about it.
import { Command } from '../../components/copy.tsx';
import type { RunEntry } from '../../entries.ts';
import { count, sentence } from '../../format.ts';
import { useWorkers } from '../../live.ts';
import { token } from '../../token.ts';

export function Notices({ run }: { run: RunEntry }) {
  return (
    <>
      <Trouble run={run} />
      {run.generations === 0 && <Waiting run={run} />}
    </>
  );
}

function Trouble({ run }: { run: RunEntry }) {
  const { state, failure, generations } = run;
  if (state === 'diverged')
    return (
      <section class="note trouble" role="alert">
        <h2>It diverged{generations ? ` at generation ${count(generations)}` : ''}</h2>
        <p>
          The weights became infinite, so nothing follows from here. A smaller mutation strength or learning rate usually helps:{' '}
          <a href={`/new?clone=${run.id}`}>clone it</a> and change that. What came before is kept, the champion too.
        </p>
      </section>
    );
  if (!failure) return null;
  return (
    <section class="note trouble" role="alert">
      <h2>{state === 'paused' ? 'It was paused by the server' : 'It failed'}</h2>
      <p class="name">{sentence(failure.message)}</p>
      <p>
        <Remedy run={run} failure={failure} />
      </p>
    </section>
  );
}

function Remedy({ run, failure: { code, name } }: { run: RunEntry; failure: NonNullable<RunEntry['failure']> }) {
  const clone = <a href={`/new?clone=${run.id}`}>Clone it</a>;
  switch (code ?? name) {
    case 'disk':
      return <>Make room on the disk that holds the runs, then press Try again: it goes on where it is.</>;
    case 'memory':
    case 'MemoryError':
      return <>{clone} with a smaller population, breeding pool or network, or give it a worker with more memory.</>;
    case 'evaluation':
      return <>Workers fail over and over at the same individuals: look at their logs, then resume it.</>;
    case 'digest':
      return <>Its journal or its state is not what it should be. germline replay says where they part.</>;
    case 'invalid':
    case 'malformed':
    case 'SettingsError':
    case 'NetworkError':
      return <>Trying again would end the same way: {clone} and change what the message names.</>;
    default:
      return <>Press Try again: it goes on from its journal. If it fails again, the server's log says more ({name}).</>;
  }
}

function Waiting({ run }: { run: RunEntry }) {
  const workers = useWorkers();
  if (run.state === 'created') return <Note title="Not started yet">Press Start, and the first generation is on its way.</Note>;
  if (run.state !== 'running')
    return run.failure ? null : <Note title="Nothing to see yet">It was {run.state} before its first generation.</Note>;
  if (run.replaying) return <Note title="Coming back">The server brings this run back from its journal.</Note>;
  if (workers?.size === 0)
    return (
      <section class="note">
        <h2>Waiting for the first generation: nobody computes</h2>
        <p>
          No worker is attached. <a href="/join">Lend this browser</a>, or a machine with the command below; <a href="/workers">Workers</a>{' '}
          has more ways.
        </p>
        <Command
          text={`germline work ${location.origin}${token.value === null ? '' : '/#TOKEN'}`}
          what="the command that lends a machine"
        />
      </section>
    );
  const busy = workers ? [...workers.values()].filter(({ runs }) => runs[run.id]?.state === 'ready').length : null;
  const reasons = workers ? [...new Set([...workers.values()].map(({ runs }) => runs[run.id]?.reason).filter(Boolean))] : [];
  return (
    <Note title="Waiting for the first generation">
      {busy
        ? `${count(busy)} worker${busy === 1 ? ' is' : 's are'} at it.`
        : reasons.length
          ? `No worker can take part: ${reasons.join('; ')}.`
          : 'Workers are getting ready.'}
    </Note>
  );
}

function Note({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <section class="note" role="status">
      <h2>{title}</h2>
      <p>{children}</p>
    </section>
  );
}
