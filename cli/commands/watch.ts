// `germline watch`: the display of `run`, of a run on a server.
import type { Champion, DoneEvent, GenerationEvent, Score } from '../../core/events.ts';
import { Api, type RunInfo } from '../api.ts';
import { type Display, display, summary } from '../display/index.ts';
import { JsonLines } from '../json-lines.ts';
import type { Listener } from '../listener.ts';
import type { ServerFlags } from '../server-address.ts';
import { Stop } from '../stop.ts';
import { type WatchedGeneration, watchRun } from '../viewer.ts';

export interface WatchFlags extends ServerFlags {
  json?: boolean;
}

export async function watch(text: string, flags: WatchFlags): Promise<number> {
  const api = new Api(flags);
  return follow(api, await api.find(text), flags);
}

/** Shows a run until it is over. Returns the exit code: 0, 1 where it diverged or failed, 128 and the signal's number where one looked away. */
export async function follow(api: Api, run: RunInfo, { json }: WatchFlags): Promise<number> {
  const stop = new Stop();
  const over = new AbortController();
  const signal = AbortSignal.any([stop.signal, over.signal]);
  const watched = new Watched(run, json === true);
  try {
    await watchRun({
      address: api.address,
      run: run.id,
      signal,
      onRun(info) {
        if (watched.see(info)) over.abort();
      },
      onGeneration(generation) {
        if (watched.add(generation)) over.abort();
      },
      onWaiting: (reason) => watched.note(`not connected: ${reason}; trying again`),
    });
    return over.signal.aborted ? watched.end() : stop.exitCode;
  } finally {
    watched.close();
    stop.close();
  }
}

const FINAL: readonly RunInfo['state'][] = ['done', 'diverged', 'stopped', 'failed'];

/** What is known of a run that is watched, and those who show it. */
class Watched {
  #run: RunInfo;
  #received = 0;
  readonly #screen: Display | null;
  readonly #view: Listener;

  constructor(run: RunInfo, json: boolean) {
    this.#run = run;
    const { name, algorithm, population, horizon: generations, metric } = run;
    const seed = BigInt(run.seed);
    this.#screen = json
      ? null
      : display({ name, algorithm, seed, population, generations, threads: 0, metric, minutes: null }, process.stdout);
    this.#view = this.#screen ?? new JsonLines((line) => void process.stdout.write(line), seed);
  }

  /** True when the run is over and all of it was shown. */
  see(run: RunInfo): boolean {
    this.#run = run;
    this.note(
      run.state === 'running' || FINAL.includes(run.state)
        ? null
        : `the run is ${run.state}${run.failure ? `: ${run.failure.message}` : ''}`,
    );
    return this.#isOver();
  }

  add(generation: WatchedGeneration): boolean {
    this.#received = generation.generation + 1;
    void this.#view.on(asEvent(generation, this.#run));
    return this.#isOver();
  }

  note(text: string | null): void {
    this.#screen?.note(text);
  }

  close(): void {
    this.#screen?.close();
  }

  #isOver(): boolean {
    return FINAL.includes(this.#run.state) && this.#received >= this.#run.generations;
  }

  end(): number {
    const { state, end, failure, id, seed } = this.#run;
    const done = end && asDone(end);
    if (done && state !== 'failed') void this.#view.on(done);
    this.close();
    if (state === 'failed') {
      process.stderr.write(`run ${id} failed: ${failure?.message ?? 'the server does not say why'}\n`);
      return 1;
    }
    if (this.#screen && done)
      process.stdout.write(
        `\n${summary(done, { seed: BigInt(seed), folder: null, experiment: id }, process.stdout.columns)
          .filter((line) => !line.includes('germline run'))
          .join('\n')}\n`,
      );
    return state === 'diverged' ? 1 : 0;
  }
}

const number = (value: number | null): number => value ?? Number.POSITIVE_INFINITY;
const scoreOf = (score: { loss: number | null; accuracy: number | null } | null): Score | null =>
  score && { loss: number(score.loss), accuracy: score.accuracy };
const championOf = (champion: RunInfo['champion']): Champion | null =>
  champion && { ...champion, validation: scoreOf(champion.validation) as Score };

function asEvent(generation: WatchedGeneration, { champion }: RunInfo): GenerationEvent {
  const made = generation.champion && champion?.generation === generation.generation ? championOf(champion) : null;
  return {
    ...generation,
    event: 'generation',
    digest: '',
    losses: new Float32Array(0),
    selection: new Uint8Array(0),
    best: number(generation.best),
    mean: number(generation.mean),
    validation: scoreOf(generation.validation),
    train: scoreOf(generation.train),
    champion: made,
  };
}

function asDone(end: NonNullable<RunInfo['end']>): DoneEvent {
  return {
    ...end,
    event: 'done',
    best: number(end.best),
    champion: championOf(end.champion),
    validation: scoreOf(end.validation),
    test: scoreOf(end.test),
  };
}
