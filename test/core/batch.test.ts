// Generation g's batch is drawn from (seed, g) and common to the whole population: whoever collects it, whatever breeds on it.
import { describe, expect, it } from 'vitest';
import type { Evolution } from '../../core/evolution.ts';
import { blobs } from './fixtures/datasets.ts';
import { evolve, machine, SEED } from './fixtures/machine.ts';
import { ALGORITHMS, algorithmNamed, weights } from './fixtures/settings.ts';

const TRAIN = 101;

/** Row numbers of the present batch. */
function rows(evolution: Evolution): number[] {
  evolution.collectBatch();
  return Array.from(new Uint32Array(evolution.memory.buffer, evolution.plan.indices, evolution.batchSize));
}

const batches = (evolution: Evolution, generations: number): number[][] =>
  Array.from({ length: generations }, () => {
    const batch = rows(evolution);
    evolve(evolution, 1);
    return batch;
  });

it('is the same for every algorithm and population, and no two generations or seeds have the same', () => {
  const expected = batches(machine(weights()), 5);
  for (const { algorithm } of ALGORITHMS) expect(batches(machine(weights({ algorithm, population: 14 })), 5)).toEqual(expected);
  expect(new Set(expected.map(String)).size).toBe(5);
  for (const seed of [SEED + 1n, SEED ^ (1n << 63n)]) {
    const other = batches(machine(weights(), { seed }), 5);
    other.forEach((batch, g) => {
      expect(batch).not.toEqual(expected[g]);
    });
  }
});

it.each([1, 8, 21, 50, 101])('of %i: every example comes once before any comes again', (size) => {
  const evolution = machine(weights({ population: 2, batch: [{ generation: 0, size }] }));
  const epochs = 3;
  const row = batches(evolution, Math.ceil((epochs * TRAIN) / size)).flat();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const part = row.slice(epoch * TRAIN, (epoch + 1) * TRAIN);
    expect(part.toSorted((a, b) => a - b)).toEqual(Array.from({ length: TRAIN }, (_, i) => i));
    expect(part).not.toEqual(row.slice((epoch + 1) * TRAIN, (epoch + 2) * TRAIN));
  }
});

describe('a schedule', () => {
  it('grows the batch at its generations, by the last entry that has begun', () => {
    const batch = [
      { generation: 0, size: 5 },
      { generation: 2, size: 32 },
      { generation: 3, size: 60_000 },
      { generation: 5, size: 9 },
    ];
    const sizes = batches(machine(weights({ batch })), 7).map((rows) => [rows.length, new Set(rows).size]);
    expect(sizes.map(([length]) => length)).toEqual([5, 5, 32, TRAIN, TRAIN, 9, 9]);
    // Within a batch no example comes twice unless an epoch ends in it.
    expect(sizes.slice(0, 3)).toEqual([
      [5, 5],
      [5, 5],
      [32, 32],
    ]);
  });

  it('measures the whole population on the larger one from then on', () => {
    const settings = weights({
      algorithm: algorithmNamed('ga: neuron, low-rank'),
      batch: [
        { generation: 0, size: 8 },
        { generation: 2, size: 101 },
      ],
    });
    // Train is scored on as much as validation has.
    const evolution = machine(settings, { dataset: blobs(6, 3, { train: 101, validation: 101, test: 37 }) });
    evolve(evolution, 2);
    evolution.collectBatch();
    evolution.evaluate(0, 50);
    for (const individual of [0, 7, 31]) {
      evolution.candidate(individual);
      evolution.score('train');
      // All of the split, in another order.
      expect(evolution.losses[individual]).toBeCloseTo(evolution.scored('train').loss, 5);
    }
  });
});
