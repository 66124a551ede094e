// What a person sees of a worker: a line for each thing that happens, and on a terminal one line below them that is always up to date.
import type { WriteStream } from 'node:tty';
import type { WorkerEvent, WorkerStatus } from '../../worker/events.ts';
import { counted, duration, percent } from './numbers.ts';
import { Screen } from './screen.ts';
import { Speed } from './speed.ts';

const REDRAW_MILLISECONDS = 250;
const PROGRESS_MILLISECONDS = 5_000;

export interface WorkerDisplay {
  on(event: WorkerEvent): void;
  close(): void;
}

export function workerDisplay(
  status: () => WorkerStatus,
  stream: WriteStream,
  environment: NodeJS.ProcessEnv = process.env,
): WorkerDisplay {
  const write = (line: string) => void stream.write(`${line}\n`);
  if (!stream.isTTY || environment.TERM === 'dumb') {
    const news = new News();
    return {
      on(event) {
        const line = lineOf(event);
        if (line && news.has(event)) write(line);
      },
      close: () => write(totals(status())),
    };
  }
  return new LiveWorker(status, stream);
}

class LiveWorker implements WorkerDisplay {
  readonly #screen: Screen;
  readonly #stream: WriteStream;
  readonly #status: () => WorkerStatus;
  readonly #timer: NodeJS.Timeout;
  readonly #speed = new Speed();
  readonly #news = new News();
  #note = 'starting';

  constructor(status: () => WorkerStatus, stream: WriteStream) {
    this.#screen = new Screen(stream);
    this.#stream = stream;
    this.#status = status;
    this.#timer = setInterval(() => this.#draw(), REDRAW_MILLISECONDS);
  }

  on(event: WorkerEvent): void {
    const line = lineOf(event);
    if (!line) return;
    this.#note = line;
    // What comes often is said in the line below only.
    if (event.event === 'building' || !this.#news.has(event)) return;
    this.#screen.draw([]);
    this.#screen.close();
    this.#stream.write(`${line}\n`);
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#screen.draw([]);
    this.#screen.close();
    this.#stream.write(`${totals(this.#status())}\n`);
  }

  #draw(): void {
    const status = this.#status();
    const speed = this.#speed.measure(status.evaluations);
    const ready = status.runs.filter((run) => run.ready);
    const text = status.connected && ready.length ? working(status, speed) : this.#note;
    this.#screen.draw([[{ text: text.slice(0, this.#screen.columns - 1), style: 'plain' }]]);
  }
}

/** Which events are worth a line: attempts that fail alike say so once, and building says how far it is now and then. */
class News {
  /** Why there is no connection; null: there is one, or none was tried yet. */
  #away: string | null = null;
  #nextProgress = 0;

  has(event: WorkerEvent): boolean {
    const away = this.#away;
    if (event.event === 'connecting') return away === null;
    if (event.event === 'building') {
      const now = performance.now();
      if (now < this.#nextProgress) return false;
      this.#nextProgress = now + PROGRESS_MILLISECONDS;
    }
    if (event.event === 'waiting') this.#away = event.reason;
    if (event.event === 'connected') this.#away = null;
    return event.event !== 'waiting' || event.reason !== away;
  }
}

function working({ runs, running, tasks, evaluations, followed }: WorkerStatus, speed: number): string {
  const held = runs.length === 1 ? `${runs[0].experiment}, generation ${counted(runs[0].generation)}` : `${runs.length} runs`;
  const parts = [held, `${running} running`, `${counted(tasks)} tasks`, `${counted(speed)} evaluations/s`];
  if (followed > 0) parts.push(`share ${percent(Math.min(1, evaluations / followed))}`);
  return parts.join('  ');
}

function totals({ tasks, evaluations, ms, late }: WorkerStatus): string {
  const lost = late ? `, ${counted(late)} came too late` : '';
  return `${counted(tasks)} tasks, ${counted(evaluations)} evaluations in ${duration(ms / 1000)} of threads${lost}`;
}

function lineOf(event: WorkerEvent): string {
  switch (event.event) {
    case 'connecting':
      return `connecting to ${event.url}`;
    case 'connected':
      return `connected as ${event.id} (server ${event.version}); waiting for runs`;
    case 'waiting':
      return `not connected: ${event.reason}; trying again until it is`;
    case 'paused':
      return `paused: ${event.reason}`;
    case 'warning':
      return `the server says: ${event.message} (${event.code})`;
    case 'building':
      return event.of
        ? `${event.experiment}: generation ${counted(event.generation)} of ${counted(event.of)} rebuilt (${event.run})`
        : `${event.experiment}: starting (${event.run})`;
    case 'ready':
      return `${event.experiment}: ready at generation ${counted(event.generation)} (${event.run})`;
    case 'refused':
      return `${event.run}: this machine does not take part: ${event.message} (${event.code})`;
    case 'forgotten':
      return `${event.run}: is over, or needs this machine no more`;
    case 'leaving':
      return 'leaving';
  }
}
