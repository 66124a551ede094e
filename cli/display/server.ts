// What a person sees of a server: a line for each thing that happens, and below them how the runs go: in place on a terminal, elsewhere a
// line now and then.
import type { WriteStream } from 'node:tty';
import type { ServerStatus } from '../../server/index.ts';
import { counted, loss, percent } from './numbers.ts';
import { Screen } from './screen.ts';
import { Speed } from './speed.ts';

const LOOK_MILLISECONDS = 250;
const LINE_MILLISECONDS = 30_000;

export interface ServerDisplay {
  /** A line of the log, as pino writes it or plain: goes to stderr, in words where that is a terminal. */
  log(text: string): void;
  /** Says that the server ends. */
  close(): void;
}

export function serverDisplay(
  status: () => ServerStatus,
  stream: WriteStream,
  environment: NodeJS.ProcessEnv = process.env,
): ServerDisplay {
  const screen = stream.isTTY && environment.TERM !== 'dumb' ? new Screen(stream) : null;
  const news = new News();
  const speed = new Speed();
  let next = 0;

  /** Above the line that is drawn in place. */
  const above = (write: () => void) => {
    screen?.draw([]);
    screen?.close();
    write();
  };
  const look = () => {
    const now = status();
    const line = progress(now, speed.measure(now.evaluations), screen ? screen.columns - 1 : Number.POSITIVE_INFINITY);
    const lines = news.of(now);
    if (lines.length) above(() => stream.write(lines.map((text) => `${text}\n`).join('')));
    if (screen) screen.draw([[{ text: line, style: 'plain' }]]);
    else if (performance.now() >= next && running(now).length) {
      stream.write(`${line}\n`);
      next = performance.now() + LINE_MILLISECONDS;
    }
  };
  const timer = setInterval(look, LOOK_MILLISECONDS);
  look();
  return {
    log(text) {
      above(() => process.stderr.write(process.stderr.isTTY ? inWords(text) : text));
    },
    close() {
      clearInterval(timer);
      look();
      above(() => stream.write('ending: runs go on with the next start\n'));
    },
  };
}

const running = ({ runs }: ServerStatus) => runs.filter(({ state }) => state === 'running');

/** `mnist-4f21c0  generation 12/200  best 1.2345  validation 87.5 %  12,345 evaluations/s  1 worker (2 threads)`; shorter where it must be. */
function progress(status: ServerStatus, speed: number, columns: number): string {
  const long = words(status, speed, false);
  return long.length <= columns ? long : words(status, speed, true).slice(0, columns);
}

function words(status: ServerStatus, speed: number, short: boolean): string {
  const { workers, threads } = status;
  const active = running(status);
  const parts: string[] = [];
  if (active.length === 1) {
    const [{ id, generations, horizon, best, champion, replaying }] = active;
    parts.push(id);
    if (replaying !== null) parts.push(`replaying generation ${counted(replaying)}`);
    parts.push(`${short ? '' : 'generation '}${counted(generations)}/${counted(horizon)}`);
    if (best !== null) parts.push(`best ${loss(best)}`);
    if (champion && !short) parts.push(scored(champion));
  } else parts.push(active.length ? `${active.length} runs` : 'no run is running');
  if (active.length) parts.push(`${counted(speed)}${short ? '/s' : ' evaluations/s'}`);
  parts.push(amount(workers, 'worker'));
  return `${parts.join('  ')}${short ? '' : ` (${amount(threads, 'thread')})`}`;
}

const amount = (count: number, what: string) => `${counted(count)} ${what}${count === 1 ? '' : 's'}`;

type Run = ServerStatus['runs'][number];

function scored({ validation }: NonNullable<Run['champion']>): string {
  if (!validation) return 'validation -';
  return `validation ${validation.accuracy === null ? loss(validation.loss ?? Number.POSITIVE_INFINITY) : percent(validation.accuracy)}`;
}

/** What changed since the last look: runs that are new or in another state, and how many workers there are. */
class News {
  #states: Map<string, string> | null = null;
  #workers = 0;

  of({ runs, workers }: ServerStatus): string[] {
    const lines: string[] = [];
    const states = new Map(runs.map(({ id, state }) => [id, state]));
    for (const run of runs) {
      const known = this.#states?.get(run.id);
      // Those that were over before the server started are no news.
      if (run.state !== known && (this.#states || run.state === 'running')) lines.push(stateLine(run));
    }
    for (const id of this.#states?.keys() ?? []) if (!states.has(id)) lines.push(`${id} was deleted`);
    if (workers !== this.#workers) lines.push(`${amount(workers, 'worker')} attached`);
    this.#states = states;
    this.#workers = workers;
    return lines;
  }
}

function stateLine({ id, state, failure, generations, horizon, champion }: Run): string {
  const parts = [`${id} is ${state}`];
  if (failure) parts.push(`: ${failure.message}`);
  else if (state !== 'created') parts.push(` at generation ${counted(generations)}/${counted(horizon)}`);
  if (state === 'done' && champion) parts.push(`, champion of generation ${counted(champion.generation)}: ${scored(champion)}`);
  return parts.join('');
}

const LEVELS: Record<number, string> = { 30: '', 40: 'warning: ', 50: 'error: ', 60: 'fatal: ' };

/** pino's objects, for people; anything else as it is. */
function inWords(text: string): string {
  try {
    const { level, msg, err } = JSON.parse(text) as { level: number; msg?: string; err?: { message: string } };
    return `${LEVELS[level] ?? ''}${msg ?? err?.message ?? text.trim()}\n`;
  } catch {
    return text;
  }
}
