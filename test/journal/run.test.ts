// The journal under core's own runs: stopped, killed and resumed ones end as an undisturbed one does.
import { rmSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Dataset } from '../../core/dataset.ts';
import { type Engine, loadEngine } from '../../core/engine.ts';
import type { DoneEvent } from '../../core/events.ts';
import { Run } from '../../core/run.ts';
import { loadDataset } from '../../data/index.ts';
import { type Experiment, experimentHash, parseOverride, resolveExperiment } from '../../experiments/index.ts';
import { Journal, type JournalListenerOptions, journalListener, replay, resumePoint } from '../../journal/index.ts';
import { temporaryFolder } from './sample.ts';

const GENERATIONS = 24;
let dataset: Dataset;
let engine: Engine;
let folder: string;
beforeAll(async () => {
  dataset = await loadDataset('xor');
  engine = await loadEngine();
});
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const xor = (...overrides: string[]): Promise<Experiment> =>
  resolveExperiment('xor', [`generations=${GENERATIONS}`, 'validateEvery=2', ...overrides].map(parseOverride));

async function begin(experiment: Experiment): Promise<Journal> {
  return Journal.create(folder, {
    experiment: experiment as unknown as Record<string, unknown>,
    experimentHash: experimentHash(experiment),
    seed: '5',
    engine: engine.sha256,
    engineFiles: engine.files,
    dataset: { name: dataset.name, hash: dataset.hash },
    population: experiment.population,
  });
}

/** Goes on until the end, or stops at a generation: cleanly, or as a killed process does, with nothing said. */
async function goOn(journal: Journal, settings: Experiment, options: JournalListenerOptions, stopAt?: number, killed = false) {
  const stop = new AbortController();
  const run = await Run.open({ settings, dataset, seed: 5n, threads: 2, signal: stop.signal, resume: resumePoint(journal) });
  const listener = journalListener(journal, run, options);
  let done: DoneEvent | undefined;
  for await (const event of run.events()) {
    await listener.on(event);
    if (event.event === 'done') done = event;
    else if (event.generation === stopAt) {
      if (killed) break;
      stop.abort();
    }
  }
  await listener.settled();
  const weights = run.championWeights();
  await run.close();
  return { done, weights };
}

describe.each([
  ['ga', []],
  ['es', ['algorithm=es']],
])('a run by %s', (_, overrides) => {
  test('that is stopped, killed and resumed ends, and replays, as an undisturbed one', async () => {
    const settings = await xor(...overrides);
    const whole = await begin(settings);
    const undisturbed = await goOn(whole, settings, {});
    await whole.close();
    rmSync(folder, { recursive: true });
    expect(undisturbed.done?.generations).toBe(GENERATIONS);

    await (await begin(settings)).close();
    const legs: [number | undefined, boolean, JournalListenerOptions][] = [
      [0, true, { snapshotEvery: 0 }],
      [3, false, { snapshotEvery: 0 }],
      [9, true, { snapshotEvery: 2, inFlight: 4 }],
      [10, false, { inFlight: 0 }],
      [17, true, { snapshotEvery: 5 }],
      [undefined, false, {}],
    ];
    let end: Awaited<ReturnType<typeof goOn>> | undefined;
    for (const [stopAt, killed, options] of legs) {
      const journal = await Journal.open(folder);
      end = await goOn(journal, settings, options, stopAt, killed);
      await journal.close();
    }
    expect(end?.done?.digest).toBe(undisturbed.done?.digest);
    expect(end?.done?.champion).toEqual(undisturbed.done?.champion);
    expect(end?.weights).toEqual(undisturbed.weights);

    using journal = Journal.read(folder);
    for (const fromSnapshot of [false, true]) {
      const result = await replay(journal, { settings, dataset, threads: 1, championWeights: undisturbed.weights, fromSnapshot });
      expect(result).toMatchObject({
        from: fromSnapshot ? 15 : 0,
        generations: GENERATIONS,
        digest: undisturbed.done?.digest,
        matches: { final: true, champion: true, weights: true },
      });
      expect(result.weights).toEqual(undisturbed.weights);
    }
  });

  test('that replays from another seed is told at generation 0', async () => {
    const settings = await xor(...overrides);
    const journal = await begin(settings);
    await goOn(journal, settings, {}, 5);
    const open = (options: Parameters<typeof Run.open>[0]): Promise<Run> => Run.open({ ...options, seed: 6n });
    await expect(replay(journal, { settings, dataset, threads: 1, open })).rejects.toMatchObject({ name: 'ReplayError', generation: 0 });
    await journal.close();
  });
});
