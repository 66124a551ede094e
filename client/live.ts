// What the server tells, as signals. Everything comes as it happens; signals change once per frame at most, and not at all while nobody
// looks: a hidden tab catches up with its first frame.
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { type ErrorCode, ProtocolError } from '../protocol/errors.ts';
import { SOCKET_PATH } from '../protocol/limits.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import type { GenerationRow, RunEntry, WeightsMessage, WorkerEntry, WorkSecond } from './entries.ts';
import { Generations } from './generations.ts';
import { ViewerSocket } from './socket.ts';
import { token } from './token.ts';
import { WeightHistory } from './weights.ts';

/** Milliseconds that a topic is watched on after its last reader went: pages change quickly. */
const LINGER_MS = 2_000;
/** Runs whose generations are kept after their last reader went. */
const REMEMBERED = 4;
/** Seconds of the timeline of who computed what. */
const WORK_SECONDS = 120;

const WEIGHTS = '/weights';

const socket = new ViewerSocket({
  url: new URL(`/${SOCKET_PATH}`, location.href).href.replace(/^http/, 'ws'),
  token: () => token.peek(),
  received: receive,
  failed,
});

/** Ends the connection, and all watching with it. */
export const disconnect = (): void => socket.close();

/** How the connection is. */
export const status = socket.status;
/** What this page may do; null while that is not known. */
export const role = socket.role;

// --- Signals change once per frame ---------------------------------------------------------------------------------------------

const changed = new Set<() => void>();
const frame: (run: () => void) => unknown = globalThis.requestAnimationFrame ?? ((run) => setTimeout(run, 16));

/** Calls `publish` with the next frame, once however often it is asked for. */
function soon(publish: () => void): void {
  if (!changed.size) {
    frame(() => {
      const all = [...changed];
      changed.clear();
      for (const each of all) each();
    });
  }
  changed.add(publish);
}

// --- Lists: runs, workers ------------------------------------------------------------------------------------------------------

/** Entries by id. An entry that did not change stays the same object. */
class List<Entry> {
  /** Null until the first snapshot is here. */
  readonly shown: Signal<ReadonlyMap<string, Entry> | null> = signal(null);
  readonly #entries = new Map<string, Entry>();
  readonly #publish = () => {
    this.shown.value = new Map(this.#entries);
  };

  replace(value: Record<string, Entry>): void {
    this.#entries.clear();
    for (const [id, entry] of Object.entries(value)) this.#entries.set(id, entry);
    soon(this.#publish);
  }

  change(entries: Record<string, Entry | null>): void {
    for (const [id, entry] of Object.entries(entries)) {
      if (entry === null) this.#entries.delete(id);
      else this.#entries.set(id, entry);
    }
    soon(this.#publish);
  }
}

const runList = new List<RunEntry>();
const workerList = new List<WorkerEntry>();
export const runs: ReadonlySignal<ReadonlyMap<string, RunEntry> | null> = runList.shown;
export const workers: ReadonlySignal<ReadonlyMap<string, WorkerEntry> | null> = workerList.shown;

// --- Who computed what ---------------------------------------------------------------------------------------------------------

let seconds: WorkSecond[] = [];
const shownWork = signal<readonly WorkSecond[] | null>(null);
/** The last two minutes, oldest first. Null: not known (yet, or to this server). */
export const work: ReadonlySignal<readonly WorkSecond[] | null> = shownWork;

function publishWork(): void {
  shownWork.value = seconds.slice();
}

function addWork(entries: Record<string, Record<string, number> | null>): void {
  for (const [at, individuals] of Object.entries(entries)) {
    if (individuals && !seconds.some((second) => second.at === Number(at))) seconds.push({ at: Number(at), workers: individuals });
  }
  seconds.sort((a, b) => a.at - b.at);
  if (seconds.length > WORK_SECONDS) seconds = seconds.slice(-WORK_SECONDS);
  soon(publishWork);
}

// --- One run -------------------------------------------------------------------------------------------------------------------

/** A run, and all that is known of its generations. The columns are not signals: read `version` to be told of new rows. */
export class LiveRun {
  readonly id: string;
  /** Null until the first snapshot is here. */
  readonly run: Signal<RunEntry | null> = signal(null);
  /** Why it cannot be watched: deleted, or never there. */
  readonly trouble: Signal<ProtocolError | null> = signal(null);
  readonly generations = new Generations();
  readonly version = signal(0);
  readonly weights = new WeightHistory();
  readonly weightsVersion = signal(0);
  #entry: RunEntry | null = null;
  /** By their time: those that what is held has followed. */
  readonly #cuts = new Set<string>();
  readonly #publish = () => {
    this.run.value = this.#entry;
  };
  readonly #publishRows = () => {
    this.version.value += 1;
  };
  readonly #publishWeights = () => {
    this.weightsVersion.value += 1;
  };

  constructor(id: string) {
    this.id = id;
  }

  set(entry: RunEntry | null): void {
    if (entry === null) {
      this.fail('not-found', `the run ${this.id} was deleted`);
      return;
    }
    this.#entry = entry;
    this.trouble.value = null;
    soon(this.#publish);
    let back = entry.generations;
    for (const { at, generation } of entry.cuts ?? []) {
      if (this.#cuts.has(at)) continue;
      this.#cuts.add(at);
      back = Math.min(back, generation);
    }
    if (back < this.generations.next) this.#goBack(back);
  }

  /** Its journal was cut back: what was told of this generation and later ones is not so any more, and will be told again. */
  #goBack(generation: number): void {
    this.generations.cut(generation);
    this.weights.cut(generation);
    soon(this.#publishRows);
    soon(this.#publishWeights);
    for (const topic of [this.id, this.id + WEIGHTS]) topics.get(topic)?.again();
  }

  append(rows: GenerationRow[]): void {
    this.generations.append(rows);
    soon(this.#publishRows);
  }

  appendWeights(message: WeightsMessage): void {
    this.weights.append(message);
    soon(this.#publishWeights);
  }

  fail(code: ErrorCode, message: string): void {
    this.trouble.value = new ProtocolError(code, message);
  }
}

/** By id, the one read last at the end. */
const liveRuns = new Map<string, LiveRun>();

function liveRun(id: string): LiveRun {
  const live = liveRuns.get(id) ?? new LiveRun(id);
  liveRuns.delete(id);
  liveRuns.set(id, live);
  return live;
}

function forgetOldRuns(): void {
  const unread = [...liveRuns.keys()].filter((id) => !topics.has(id) && !topics.has(id + WEIGHTS));
  for (const id of unread.slice(0, Math.max(0, unread.length - REMEMBERED))) liveRuns.delete(id);
}

// --- Topics, and how many read them --------------------------------------------------------------------------------------------

class Topic {
  readonly #name: string;
  readonly #after: () => number;
  #readers = 0;
  #linger: ReturnType<typeof setTimeout> | undefined;

  constructor(name: string, after: () => number) {
    this.#name = name;
    this.#after = after;
    this.again();
  }

  again(): void {
    socket.watch(this.#name, this.#after);
  }

  /** To be called once when it is not read any more. */
  read(): () => void {
    clearTimeout(this.#linger);
    this.#readers += 1;
    let reading = true;
    return () => {
      if (!reading) return;
      reading = false;
      this.#readers -= 1;
      if (!this.#readers) this.#linger = setTimeout(() => this.#end(), LINGER_MS);
    };
  }

  #end(): void {
    topics.delete(this.#name);
    socket.unwatch(this.#name);
    forgetOldRuns();
  }
}

const topics = new Map<string, Topic>();

function read(name: string, after: () => number = () => -1): () => void {
  const topic = topics.get(name) ?? new Topic(name, after);
  topics.set(name, topic);
  return topic.read();
}

// Each gives the function that ends it.
export const watchRuns = (): (() => void) => read('runs');
export const watchWorkers = (): (() => void) => read('workers');
export const watchWork = (): (() => void) => read('work');

/** Watches a run with its generations, and with `weights` the weights that are shown of it. */
export function watchRun(id: string, { weights = false }: { weights?: boolean } = {}): { live: LiveRun; release: () => void } {
  const live = liveRun(id);
  const releases = [read(id, () => live.generations.next - 1)];
  if (weights) releases.push(read(id + WEIGHTS, () => live.weights.next - 1));
  return {
    live,
    release: () => {
      for (const release of releases) release();
    },
  };
}

// The same for as long as a component is shown.
export function useRuns(): ReadonlyMap<string, RunEntry> | null {
  useEffect(watchRuns, []);
  return runs.value;
}

export function useWorkers(): ReadonlyMap<string, WorkerEntry> | null {
  useEffect(watchWorkers, []);
  return workers.value;
}

export function useWork(): readonly WorkSecond[] | null {
  useEffect(watchWork, []);
  return work.value;
}

export function useRun(id: string, options: { weights?: boolean } = {}): LiveRun {
  const { weights } = options;
  const [live, setLive] = useState(() => liveRun(id));
  useEffect(() => {
    const watched = watchRun(id, { weights });
    setLive(watched.live);
    return watched.release;
  }, [id, weights]);
  return live;
}

// --- What comes in -------------------------------------------------------------------------------------------------------------

function receive(message: ServerMessage): void {
  switch (message.type) {
    case 'snapshot':
      snapshot(message.topic, message.value);
      break;
    case 'changes':
      changes(message.topic, message.entries);
      break;
    case 'generations':
      liveRuns.get(message.run)?.append(message.generations);
      break;
    case 'weights':
      liveRuns.get(message.run)?.appendWeights(message);
      break;
  }
}

function snapshot(topic: string, value: unknown): void {
  if (topic === 'runs') runList.replace(value as Record<string, RunEntry>);
  else if (topic === 'workers') workerList.replace(value as Record<string, WorkerEntry>);
  else if (topic === 'work') {
    seconds = (value as { seconds: WorkSecond[] }).seconds;
    soon(publishWork);
  } else if (!topic.endsWith(WEIGHTS)) liveRuns.get(topic)?.set(value as RunEntry);
}

function changes(topic: string, entries: Record<string, unknown>): void {
  if (topic === 'runs') runList.change(entries as Record<string, RunEntry | null>);
  else if (topic === 'workers') workerList.change(entries as Record<string, WorkerEntry | null>);
  else if (topic === 'work') addWork(entries as Record<string, Record<string, number> | null>);
  else if (topic in entries) liveRuns.get(topic)?.set(entries[topic] as RunEntry | null);
}

function failed(topic: string, code: ErrorCode, message: string): void {
  liveRuns.get(topic)?.fail(code, message);
}

// --- Waking up -----------------------------------------------------------------------------------------------------------------

token.subscribe(() => socket.retryNow({ anew: true }));
globalThis.addEventListener?.('online', () => socket.retryNow());
globalThis.document?.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') socket.retryNow();
});
