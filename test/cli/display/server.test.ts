import type { WriteStream } from 'node:tty';
import { afterEach, expect, test, vi } from 'vitest';
import { serverDisplay } from '../../../cli/display/server.ts';
import type { ServerStatus } from '../../../server/index.ts';

afterEach(() => void vi.useRealTimers());

type Run = ServerStatus['runs'][number];

const run = (fields: Partial<Run> = {}): Run =>
  ({
    id: 'mnist-4f21c0',
    state: 'running',
    generations: 12,
    horizon: 200,
    best: 1.2345,
    champion: { generation: 10, individual: 3, digest: '', validation: { loss: 0.5, accuracy: 0.875 } },
    replaying: null,
    failure: null,
    ...fields,
  }) as Run;

class Output {
  text = '';
  isTTY: boolean;
  columns = 200;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  get stream(): WriteStream {
    return this as unknown as WriteStream;
  }
}

function watched(isTTY: boolean) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const output = new Output(isTTY);
  const status: ServerStatus = { runs: [], workers: 0, threads: 0, evaluations: 0 };
  const view = serverDisplay(() => status, output.stream, { TERM: 'xterm' });
  return { output, status, view };
}

test('without a terminal each change is a line, and how it goes another now and then', () => {
  const { output, status, view } = watched(false);
  status.runs = [run({ id: 'xor-1', state: 'done' })];
  vi.advanceTimersByTime(250);
  output.text = '';
  status.runs = [status.runs[0], run({ generations: 0, best: null, champion: null })];
  vi.advanceTimersByTime(250);
  Object.assign(status, { workers: 1, threads: 2 });
  for (let second = 0; second < 31; ++second) {
    vi.advanceTimersByTime(1000);
    status.evaluations += 1024;
    status.runs = [status.runs[0], run()];
  }
  status.runs = [status.runs[0], run({ state: 'paused', failure: { name: '', code: null, message: 'no room' } })];
  vi.advanceTimersByTime(250);
  view.close();
  expect(output.text.split('\n')).toEqual([
    'mnist-4f21c0 is running at generation 0/200',
    'mnist-4f21c0  generation 0/200  0 evaluations/s  0 workers (0 threads)',
    '1 worker attached',
    'mnist-4f21c0  generation 12/200  best 1.2345  validation 87.5 %  1,024 evaluations/s  1 worker (2 threads)',
    'mnist-4f21c0 is paused: no room',
    'ending: runs go on with the next start',
    '',
  ]);
});

test('on a terminal one line is drawn in place, below what happens', () => {
  const { output, status, view } = watched(true);
  status.runs = [run()];
  vi.advanceTimersByTime(250);
  const drawn = 'mnist-4f21c0  generation 12/200  best 1.2345  validation 87.5 %  0 evaluations/s  0 workers (0 threads)';
  expect(output.text).toContain(`mnist-4f21c0 is running at generation 12/200\n`);
  expect(output.text.endsWith(`${drawn}\x1b[K\n\x1b[J`)).toBe(true);
  output.columns = 60;
  vi.advanceTimersByTime(250);
  expect(output.text.endsWith('mnist-4f21c0  12/200  best 1.2345  0/s  0 workers\x1b[K\n\x1b[J')).toBe(true);
  output.text = '';
  vi.advanceTimersByTime(2000);
  expect(output.text).toBe('');
  status.runs = [run({ state: 'done' })];
  vi.advanceTimersByTime(250);
  expect(output.text).toContain('mnist-4f21c0 is done at generation 12/200, champion of generation 10: validation 87.5 %\n');
  expect(output.text).toContain('no run is running  0 workers (0 threads)');
  view.close();
  expect(output.text.endsWith('ending: runs go on with the next start\n')).toBe(true);
});
