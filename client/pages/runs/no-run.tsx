// The first thing that somebody sees who has just started a server.

import { DEFAULT_PORT } from '../../../protocol/limits.ts';
import { Command } from '../../components/copy.tsx';
import { Empty } from '../../components/empty.tsx';

export function NoRun() {
  // The commands find a server of this machine at its usual port by themselves.
  const usual = ['localhost', '127.0.0.1'].includes(location.hostname) && location.port === String(DEFAULT_PORT);
  const server = usual ? '' : ` --server ${location.origin}`;
  return (
    <Empty title="There is no run yet">
      <p class="soft">
        A run needs an experiment, which says what to learn and how, and workers, which lend their processors to it. Begin with one that is
        built in:
      </p>
      <a class="button primary" href="/new">
        New run
      </a>
      <p class="soft">or in a terminal:</p>
      <Command text={`germline submit mnist${server}`} />
      <p class="soft">
        Then let machines join it, or <a href="/join">lend this browser</a>:
      </p>
      <Command text={`germline work${usual ? '' : ` ${location.origin}`}`} />
    </Empty>
  );
}
