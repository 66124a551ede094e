// Runs and workers in the words that viewers, the API and displays get. Non-finite numbers are null, as in all JSON here.
import type { Champion, DoneEvent, Score } from '../core/events.ts';
import type { Experiment } from '../experiments/index.ts';
import type { GenerationNumbers } from './read-messages.ts';
import type { RunHandle } from './run-handle.ts';
import type { WorkerSession } from './worker-session.ts';

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

const scoreOf = (score: Score | null): { loss: number | null; accuracy: number | null } | null =>
  score && { loss: finite(score.loss), accuracy: score.accuracy };

const championOf = (champion: Champion | null) => champion && { ...champion, validation: scoreOf(champion.validation) };

function endOf(end: DoneEvent | null) {
  if (!end) return null;
  const { event: _, best, champion, validation, test, ...rest } = end;
  return { ...rest, best: finite(best), champion: championOf(champion), validation: scoreOf(validation), test: scoreOf(test) };
}

/** What a list of runs shows. */
export function describeRun(run: RunHandle) {
  const { id, state, created, experiment, experimentHash, seed, clonedFrom, failure, end } = run.record;
  const { name, kind, description, population, generations, metric, evaluators, dataset, algorithm } = experiment as unknown as Experiment;
  return {
    id,
    name,
    kind,
    description,
    state,
    created,
    seed,
    experimentHash,
    clonedFrom,
    population,
    /** Where the run ends. */
    horizon: generations,
    /** Recorded so far. */
    generations: run.generations,
    best: finite(run.best),
    champion: championOf(run.champion),
    metric,
    evaluators,
    algorithm: algorithm.name,
    dataset: run.opened?.dataset ?? { name: dataset, hash: null, bytes: null },
    parameters: run.opened?.parameters ?? null,
    engine: run.opened?.engine ?? null,
    replaying: run.replaying,
    failure,
    end: endOf(end),
    /** Where it went back to an earlier generation, and why. */
    cuts: run.opened?.cuts ?? [],
    /** Who was caught with a wrong loss in it. */
    distrusted: run.verdicts,
    /** It holds results, from `generation` on, that nobody confirmed, of someone who was caught since. */
    doubt: run.doubt,
  };
}

export function describeGeneration({ best, mean, validation, champion, ...rest }: GenerationNumbers) {
  const { generation, digest, seconds, evaluations, levels, infinite, sigma, diversity, train } = rest;
  return {
    generation,
    digest,
    best: finite(best),
    mean: finite(mean),
    validation: scoreOf(validation),
    train: scoreOf(train),
    champion: champion !== null,
    seconds,
    evaluations,
    levels,
    infinite,
    sigma,
    diversity,
  };
}

export function describeWorker(worker: WorkerSession) {
  const { connection, hello, parts, leaving } = worker;
  const { name, kind, threads, memory, isolated, evaluators } = hello;
  return {
    id: worker.id,
    name,
    kind,
    threads,
    memory,
    isolated,
    evaluators,
    address: connection.address,
    connected: connection.connected,
    lastSeen: connection.lastSeen,
    latencyMs: connection.latencyMs,
    bytesIn: connection.bytesIn,
    bytesOut: connection.bytesOut,
    leaving,
    runs: Object.fromEntries([...parts].map(([run, { state, reason }]) => [run, { state, reason }])),
  };
}
