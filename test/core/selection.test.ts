// A selection is all that `advance` reads, is small, and is refused where it does not fit.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as L from '../../assembly/layout.ts';
import { type Evolution, SelectionError } from '../../core/evolution.ts';
import { survivorsOf } from '../../core/survivors.ts';
import { evolve, machine, measure, snapshotOf } from './fixtures/machine.ts';
import { readSurvivors, readUtilities, withFloat, withWord } from './fixtures/selection.ts';
import { ALGORITHMS, algorithmNamed, ga, weights } from './fixtures/settings.ts';

/** Fills with rubbish all that is not state: batch, losses, bases and scratch. */
function spoil({ plan, memory, config }: Evolution): void {
  const bytes = new Uint8Array(memory.buffer);
  const rubbish = (from: number, length: number) => bytes.fill(0xab, from, from + length);
  const { population } = config.settings;
  rubbish(plan.losses, population * 4);
  rubbish(plan.cumulative, config.pool * 4);
  rubbish(plan.selectScratch, population * 16);
  rubbish(plan.indices, config.largestBatch * 4);
  rubbish(plan.batch, Math.ceil(config.largestBatch / 8) * config.network.features * 32);
  rubbish(plan.bases, plan.baseBytes * config.capacity);
  const [{ lineage, packing, weights: room }] = plan.threads;
  rubbish(lineage, L.LINEAGE_WORDS * 4);
  rubbish(packing, 64);
  rubbish(room, config.network.parameters * 4);
}

describe.each(ALGORITHMS)('$name', ({ algorithm }) => {
  const settings = weights({ algorithm });

  it('advances from the selection alone', () => {
    const leader = machine(settings);
    const follower = machine(settings);
    for (let g = 0; g < 10; g++) {
      const { selection } = measure(leader);
      leader.advance(selection);
      spoil(follower);
      // From a larger buffer, as it comes off a wire.
      const wire = new Uint8Array(selection.length + 11).fill(0xee);
      wire.set(selection, 5);
      expect(follower.advance(wire.subarray(5, 5 + selection.length))).toBe(true);
      expect(follower.digest()).toBe(leader.digest());
    }
    expect(follower.generation).toBe(10);
    expect(Buffer.compare(snapshotOf(follower), snapshotOf(leader))).toBe(0);
    expect(Array.from(measure(follower).losses)).toEqual(Array.from(measure(leader).losses));
  });

  it('names its survivors, wherever its bytes lie', () => {
    const { selection } = measure(machine(settings));
    const wire = new Uint8Array(selection.length + 3);
    wire.set(selection, 3);
    const expected = settings.algorithm.name === 'es' ? [] : readSurvivors(selection).survivors.map(({ individual }) => individual);
    expect(survivorsOf(wire.subarray(3))).toEqual(expected);
    expect(expected.length > 0).toBe(settings.algorithm.name !== 'es');
  });

  it('refuses every truncation and every excess', () => {
    const { evolution, follows, selection } = subject(settings);
    for (let length = 0; length < selection.length; length++) {
      expect(() => evolution.advance(selection.subarray(0, length))).toThrow(SelectionError);
    }
    for (const excess of [1, 4, 8, 12, 1000]) {
      const longer = new Uint8Array(selection.length + excess);
      longer.set(selection);
      expect(() => evolution.advance(longer)).toThrow(SelectionError);
    }
    follows();
  });

  it('refuses another version, algorithm or generation', () => {
    const { evolution, follows, selection } = subject(settings);
    const header = new DataView(selection.buffer).getUint32(0, true);
    for (const wrong of [0, header + 1, header ^ 0x100, header ^ 0x200, header | 0x10000]) {
      expect(() => evolution.advance(withWord(selection, L.SELECTION_HEADER, wrong))).toThrow(/generation 2 .*version or algorithm/);
    }
    for (const wrong of [0, 1, 3, 2 ** 32 - 1]) {
      expect(() => evolution.advance(withWord(selection, L.SELECTION_GENERATION, wrong))).toThrow(/belongs to another generation/);
    }
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => evolution.advance(withFloat(selection, L.SELECTION_SCALAR, wrong))).toThrow(/numbers that cannot be/);
    }
    follows();
  });

  it('refuses random bytes', () => {
    const { evolution, follows, selection } = subject(settings);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: selection.length + 40 }), (bytes) => {
        expect(() => evolution.advance(bytes)).toThrow(SelectionError);
      }),
    );
    follows();
  });

  it('stands any damage to a word: refused, or followed without a crash or a write where nothing is to be written', () => {
    const { evolution, fixed, selection, rewind } = subject(settings);
    const before = fixed();
    expect(before.length).toBeGreaterThan(1000);
    const word = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.constantFrom(0, 1, 2, 49, 50, 0x7fffffff, 0x80000000, 0xffffffff, 0x7f800000, 0x7fc00000, 0xff800000),
    );
    const damage = fc.array(fc.tuple(fc.nat(selection.length / 4 - 1), word), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(damage, (words) => {
        rewind();
        const damaged = words.reduce<Uint8Array>((bytes, [index, value]) => withWord(bytes, index, value), selection);
        try {
          evolution.advance(damaged);
          for (let i = 0; i < evolution.config.settings.population; i++) evolution.lineage(i);
        } catch (error) {
          expect(error).toBeInstanceOf(SelectionError);
        }
        expect(fixed().equals(before)).toBe(true);
      }),
      { numRuns: 100 },
    );
    rewind();
    expect(evolution.advance(selection)).toBe(true);
  });
});

/** A machine at generation 2 with that generation's selection. */
function subject(settings: ReturnType<typeof weights>) {
  const evolution = machine(settings);
  evolve(evolution, 2);
  const start = evolution.digest();
  const snapshot = [...evolution.snapshot()];
  const { selection } = measure(evolution);
  const untouched = machine(settings);
  evolve(untouched, 3);
  const { plan, memory } = evolution;
  return {
    evolution,
    selection,
    /** The refused left no trace: the state is still usable. */
    follows() {
      expect(evolution.generation).toBe(2);
      expect(evolution.digest()).toBe(start);
      expect(evolution.advance(selection)).toBe(true);
      expect(evolution.digest()).toBe(untouched.digest());
    },
    rewind() {
      const chunks = snapshot.slice();
      evolution.restore(() => chunks.shift() as Uint8Array);
    },
    /** What is written once, before generation 0: tables and dataset. */
    fixed() {
      const bytes = Buffer.from(memory.buffer);
      return Buffer.concat([bytes.subarray(plan.config, plan.states[0]), bytes.subarray(plan.splits.train.inputs, plan.scores)]);
    },
  };
}

describe('a GA refuses survivors that cannot be', () => {
  const settings = weights({ algorithm: algorithmNamed('ga: neuron, low-rank') });
  const first = L.SELECTION_WORDS;

  it.each([
    { what: 'an individual beyond the population', word: first, value: 50 },
    { what: 'an individual far beyond it', word: first + 2, value: 0xffffffff },
    { what: 'a rank beyond the pool', word: first + 1, value: 9 },
    { what: 'ranks that are not sorted', word: first + 3, value: 0 },
    { what: 'no survivors', word: L.SELECTION_COUNT, value: 0 },
    { what: 'more survivors than the pool', word: L.SELECTION_COUNT, value: 10 },
    { what: 'another pool', word: L.SELECTION_RANKS, value: 8 },
  ])('$what', ({ word, value }) => {
    const { evolution, follows, selection } = subject(settings);
    expect(() => evolution.advance(withWord(selection, word, value))).toThrow(/names survivors that cannot be/);
    follows();
  });

  it('another rank twice', () => {
    const { evolution, follows, selection } = subject(settings);
    const { survivors } = readSurvivors(selection);
    expect(() => evolution.advance(withWord(selection, first + 3, survivors[0].rank))).toThrow(SelectionError);
    follows();
  });

  it('inherited losses or roulette weights where the settings have none, and the other way round', () => {
    const { evolution, follows, selection } = subject(settings);
    for (const flags of [1, 2, 3, 4, 0x80000000]) {
      expect(() => evolution.advance(withWord(selection, L.SELECTION_FLAGS, flags))).toThrow(SelectionError);
    }
    follows();
    const other = subject(weights({ algorithm: algorithmNamed('ga: single-point, set, roulette, self-adaptive sigma') }));
    const { survivors } = readSurvivors(other.selection);
    const without = withWord(other.selection, L.SELECTION_FLAGS, 0).slice(0, (first + survivors.length * 2) * 4);
    expect(() => other.evolution.advance(without)).toThrow(SelectionError);
    other.follows();
  });

  it('roulette weights that fall, and ones that are not finite', () => {
    const { evolution, follows, selection } = subject(weights({ algorithm: ga({ mating: { name: 'roulette' } }) }));
    const last = selection.length / 4 - 1;
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => evolution.advance(withFloat(selection, last, value))).toThrow(/numbers that cannot be/);
    }
    follows();
  });

  it('inherited losses that are not numbers', () => {
    const { evolution, follows, selection } = subject(weights({ algorithm: ga({ inheritance: 0.5 }) }));
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(() => evolution.advance(withFloat(selection, first + 2, value))).toThrow(/numbers that cannot be/);
    }
    follows();
  });
});

describe('size', () => {
  const length = (population: number, algorithm: ReturnType<typeof ga>) => {
    const evolution = machine(weights({ population, algorithm, batch: [{ generation: 0, size: 1 }] }));
    const losses = Float32Array.from({ length: population }, (_, i) => (i * 7919) % population);
    return evolution.select(losses).length;
  };

  it.each([
    { what: 'plain', changes: {}, most: 24 + 8 * 8 },
    { what: 'with inherited losses', changes: { inheritance: 0.5 }, most: 24 + 12 * 8 },
    // The worst of the pool has no part of the wheel.
    { what: 'with a roulette', changes: { mating: { name: 'roulette' as const } }, most: 24 + 8 * 7 + 4 * 8 },
  ])("a GA's selection does not grow with the population: $what", ({ changes, most }) => {
    const algorithm = ga({ parents: 8, ...changes });
    const small = length(64, algorithm);
    const large = length(8192, algorithm);
    expect(small).toBeLessThanOrEqual(most);
    // In a large population all of the pool breed, and no more can.
    expect(large).toBe(most);
    expect(length(4096, algorithm)).toBe(large);
  });

  it("random search's is one survivor", () => {
    const evolution = machine(weights({ population: 4096, algorithm: { name: 'random' }, batch: [{ generation: 0, size: 1 }] }));
    const { survivors } = readSurvivors(evolution.select(new Float32Array(4096).fill(1).fill(0, 77, 78)));
    expect(survivors).toEqual([{ individual: 77, rank: 0, inherited: null }]);
  });

  it('an ES takes a byte a pair', () => {
    for (const population of [2, 8, 10, 50]) {
      const evolution = machine(weights({ population, algorithm: algorithmNamed('es: low-rank') }));
      const { selection } = measure(evolution);
      expect(selection.length).toBe(24 + Math.ceil(population / 2 / 4) * 4);
      const { pairs, padding, ranks, flags } = readUtilities(selection);
      expect(pairs.length).toBe(population / 2);
      expect(padding.every((value) => value === 0)).toBe(true);
      expect([ranks, flags]).toEqual([0, 0]);
    }
  });
});
