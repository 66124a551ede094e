// Viewers: what they watch, and its changes, merged so that nobody gets more messages than it can use.
import { setTimeout } from 'node:timers/promises';
import { ProtocolError } from '../protocol/errors.ts';
import { WEIGHTS_TOPIC } from '../protocol/limits.ts';
import type { ViewerMessage } from '../protocol/messages.ts';
import { Board } from './board.ts';
import type { Connection, Session } from './connection.ts';
import { describeGeneration } from './describe.ts';
import { sessionLimits } from './limits.ts';
import { type Reading, ThreadError } from './read.ts';
import type { GenerationNumbers } from './read-messages.ts';
import type { RunHandle } from './run-handle.ts';
import type { Work } from './work.ts';

/** Where viewers' entries come from. */
export interface Sources {
  runs(): Iterable<RunHandle>;
  find(id: string): RunHandle | undefined;
  workers(): Record<string, unknown>;
  /** What of each worker is said at once where it is another. */
  standings(): Map<string, string>;
  /** A run's entry. */
  entry(run: RunHandle): unknown;
  work: Work;
}

const isWeights = (topic: string): boolean => topic.endsWith(WEIGHTS_TOPIC);
const runOf = (topic: string): string => (isWeights(topic) ? topic.slice(0, -WEIGHTS_TOPIC.length) : topic);

/** What could not be read is not tried again before so many times as long as that took. */
const REREAD_TIMES = 10;

/** What a viewer has seen of a topic. */
interface Seen {
  change: number;
  /** Of a run: the generation that comes next, and whether it is being read, or waits to be read again. */
  next: number;
  reading: boolean;
}

export class Watch {
  readonly #reading: Reading;
  readonly #sources: Sources;
  readonly #viewers = new Set<Viewer>();
  readonly #runs = new Board();
  readonly #workers = new Board();
  readonly #work = new Board();
  readonly #changed = new Set<string>();
  /** The second that was in progress at the last look, and the runs that had a rate then. */
  #second = 0;
  #rated: string[] = [];
  /** How each worker stood at the last look at all of them, and the second of that look. */
  #standings = new Map<string, string>();
  #workersAt = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(reading: Reading, sources: Sources) {
    this.#reading = reading;
    this.#sources = sources;
    this.#timer = setInterval(() => this.#flush(), sessionLimits.viewerMs);
    this.#timer.unref();
  }

  join(connection: Connection): Session {
    const viewer = new Viewer(connection, this);
    this.#viewers.add(viewer);
    return viewer;
  }

  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  /** A run is another than it was, or gone. */
  changed(id: string): void {
    this.#changed.add(id);
  }

  /** A run is at an earlier generation: its viewers get it anew, and its generations again from there on. */
  wentBack(run: RunHandle): void {
    this.#changed.add(run.id);
    for (const { topics, connection } of this.#viewers) {
      for (const [topic, seen] of [...topics]) {
        if (runOf(topic) !== run.id || (seen.next <= run.generations && !seen.reading)) continue;
        const { value, change } = this.snapshot(topic);
        // What is being read for it is of what is gone, and for nobody.
        topics.set(topic, { change, next: Math.min(seen.next, run.generations), reading: false });
        connection.send({ type: 'snapshot', topic, value });
      }
    }
  }

  #refresh(): void {
    for (const id of this.#changed) {
      const run = this.#sources.find(id);
      this.#runs.set(id, run ? this.#sources.entry(run) : null);
    }
    this.#changed.clear();
  }

  /** Whoever stands otherwise than before; everyone once a second, for counts change all the time. */
  #refreshWorkers(): void {
    const standings = this.#sources.standings();
    const all = this.#workersAt !== this.#second;
    const changed = [...standings].filter(([id, standing]) => all || this.#standings.get(id) !== standing);
    for (const id of this.#standings.keys()) if (!standings.has(id)) this.#workers.set(id, null);
    this.#standings = standings;
    this.#workersAt = this.#second;
    if (!changed.length) return;
    const workers = this.#sources.workers();
    for (const [id] of changed) this.#workers.set(id, workers[id]);
  }

  /** Once a second: what is over of it, and the runs whose rates are others now. */
  #refreshWork(): void {
    const { work } = this.#sources;
    work.roll();
    if (work.second === this.#second) return;
    this.#second = work.second;
    for (const id of [...this.#rated, ...work.runs]) this.#changed.add(id);
    this.#rated = [...work.runs];
    const known = new Map(work.seconds.map(({ at, workers }) => [String(at), workers]));
    this.#work.keep((at) => known.has(at));
    // What is over stays as it is.
    for (const [at, workers] of known) if (!this.#work.entries.has(at)) this.#work.set(at, workers);
  }

  /** What a topic holds now. Throws ProtocolError `not-found`. */
  snapshot(topic: string): { value: unknown; change: number } {
    this.#refreshWork();
    this.#refresh();
    if (topic === 'work') return { value: { seconds: this.#sources.work.seconds }, change: this.#work.change };
    if (topic === 'workers') {
      this.#refreshWorkers();
      return { value: this.#workers.all(), change: this.#workers.change };
    }
    if (topic === 'runs') return { value: this.#runs.all(), change: this.#runs.change };
    const run = this.#sources.find(runOf(topic));
    if (!run) throw new ProtocolError('not-found', `there is no run ${JSON.stringify(runOf(topic))}`);
    const { parameters = null } = run.opened ?? {};
    const value = isWeights(topic) ? { parameters, generations: run.generations } : this.#sources.entry(run);
    return { value, change: this.#runs.change };
  }

  #flush(): void {
    if (!this.#viewers.size) return;
    this.#refreshWork();
    this.#refresh();
    const watched = new Set([...this.#viewers].flatMap(({ topics }) => [...topics.keys()]));
    if (watched.has('workers')) this.#refreshWorkers();
    for (const viewer of this.#viewers) {
      // Whoever reads slowly gets the sum of the changes later.
      if (viewer.connection.congested) continue;
      for (const [topic, seen] of viewer.topics) this.#send(viewer, topic, seen);
    }
    this.#forgetGone();
  }

  /** Runs and workers come and go for as long as a server lives. */
  #forgetGone(): void {
    const least = { runs: this.#runs.change, workers: this.#workers.change };
    for (const { topics } of this.#viewers) {
      for (const [topic, { change }] of topics) {
        if (topic === 'work' || isWeights(topic)) continue;
        const board = topic === 'workers' ? 'workers' : 'runs';
        least[board] = Math.min(least[board], change);
      }
    }
    this.#runs.forgetGone(least.runs);
    this.#workers.forgetGone(least.workers);
  }

  #send(viewer: Viewer, topic: string, seen: Seen): void {
    if (isWeights(topic)) {
      this.#sendWeights(viewer, topic, seen);
      return;
    }
    const { connection } = viewer;
    const lists: Record<string, Board> = { runs: this.#runs, workers: this.#workers, work: this.#work };
    const list = Object.hasOwn(lists, topic);
    const board = list ? lists[topic] : this.#runs;
    const entries = list ? board.since(seen.change) : board.one(topic, seen.change);
    seen.change = board.change;
    if (entries) connection.send({ type: 'changes', topic, entries });
    if (!list) this.#sendGenerations(viewer, topic, seen);
  }

  #sendGenerations(viewer: Viewer, topic: string, seen: Seen): void {
    const run = this.#sources.find(topic);
    if (!run || seen.reading || seen.next >= run.generations) return;
    const { history } = run;
    const first = history[0]?.generation ?? Number.POSITIVE_INFINITY;
    if (seen.next >= first) {
      this.#tell(viewer, topic, seen, history.slice(seen.next - first, seen.next - first + sessionLimits.generations));
      return;
    }
    this.#read(seen, async () => {
      const found = await this.#reading.ask('generations', { run: topic, from: seen.next, most: sessionLimits.generations });
      // The journal may hold one more than the run's entry speaks of.
      const said = found.filter(({ generation }) => generation < run.generations);
      this.#tell(viewer, topic, seen, said);
    });
  }

  #sendWeights({ connection, topics }: Viewer, topic: string, seen: Seen): void {
    const run = this.#sources.find(runOf(topic));
    if (!run || seen.reading || seen.next >= run.generations) return;
    this.#read(seen, async () => {
      const range = { from: seen.next, until: run.generations, most: sessionLimits.weights };
      const { stretches, next } = await this.#reading.ask('weights', { run: run.id, ...range });
      if (topics.get(topic) !== seen) return;
      seen.next = next;
      for (const stretch of stretches) connection.send({ type: 'weights', run: run.id, ...stretch });
    });
  }

  #read(seen: Seen, work: () => Promise<void>): void {
    seen.reading = true;
    const began = performance.now();
    work()
      .catch((error: Error) => {
        // A reading thread that died is replaced, and asked again. What it could not read it may yet be able to: a viewer is to miss nothing.
        if (error instanceof ThreadError)
          return setTimeout(Math.max(sessionLimits.rereadMs, REREAD_TIMES * (performance.now() - began)), undefined, { ref: false });
      })
      .finally(() => {
        seen.reading = false;
      });
  }

  #tell({ connection, topics }: Viewer, topic: string, seen: Seen, generations: GenerationNumbers[]): void {
    if (!generations.length || topics.get(topic) !== seen) return;
    seen.next = generations[generations.length - 1].generation + 1;
    connection.send({ type: 'generations', run: topic, generations: generations.map(describeGeneration) });
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

class Viewer implements Session {
  readonly connection: Connection;
  readonly topics = new Map<string, Seen>();
  readonly #watch: Watch;

  constructor(connection: Connection, watch: Watch) {
    this.connection = connection;
    this.#watch = watch;
  }

  receive(message: unknown): void {
    const said = message as ViewerMessage;
    if (said.type === 'ping') {
      this.connection.send({ type: 'pong' });
      return;
    }
    const { topic } = said;
    if (said.type === 'unwatch') {
      this.topics.delete(topic);
      return;
    }
    if (!this.topics.has(topic) && this.topics.size >= sessionLimits.topics) {
      this.connection.complain('too-many', `${sessionLimits.topics} topics are watched already`);
      return;
    }
    try {
      const { value, change } = this.#watch.snapshot(topic);
      this.topics.set(topic, { change, next: said.after + 1, reading: false });
      this.connection.send({ type: 'snapshot', topic, value });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.connection.complain(error.code, error.message);
    }
  }

  closed(): void {
    this.#watch.leave(this);
  }
}
