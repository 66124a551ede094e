// The first thing that somebody sees who has just started a server.

import { DEFAULT_PORT } from '../../../protocol/limits.ts';
import { readOnly } from '../../components/admission.tsx';
import { Command } from '../../components/copy.tsx';
import { Empty } from '../../components/empty.tsx';
import { token } from '../../token.ts';

export function NoRun() {
  // The commands find a server of this machine at its usual port by themselves.
  const usual = ['localhost', '127.0.0.1'].includes(location.hostname) && location.port === String(DEFAULT_PORT);
  const refused = readOnly();
  const server = usual ? '' : ` --server ${location.origin}`;
  return (
    <Empty title="There is no run yet">
      <p class="soft">
        A run needs an experiment, which says what to learn and how, and workers, which lend their processors to it.{' '}
        {refused ? 'It stands here as soon as somebody begins one.' : 'Begin with one that is built in:'}
      </p>
      {refused ? (
        <p class="soft">{refused}</p>
      ) : (
        <>
          <a class="button primary" href="/new">
            New run
          </a>
          <p class="soft">or in a terminal{token.value !== null && ", with an admin's token in GERMLINE_TOKEN"}:</p>
          <Command text={`germline submit mnist${server}`} />
        </>
      )}
      <p class="soft">
        Whatever machines are attached compute it: <a href="/workers">see which, or attach one</a>, or <a href="/join">lend this browser</a>
        .
      </p>
    </Empty>
  );
}
