// Ties break by Philox(seed, generation, individual, TIE), then by index: plain index order would freeze drift.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centeredRank } from '../reference/shaping.ts';
import { evolve, machine } from './fixtures/machine.ts';
import { ranking } from './fixtures/order.ts';
import { readSurvivors, readUtilities } from './fixtures/selection.ts';
import { es, ga, weights } from './fixtures/settings.ts';

const POPULATION = 48;

/** All may breed, in blocks as small as they can be: a selection then shows nearly the whole ranking. */
const everyone = ga({ parents: POPULATION, elites: POPULATION / 2, block: 2 });

/** The ranking of `losses` as far as a selection shows it: individuals by rank, undefined where the rank is not drawn. */
function shown(evolution: ReturnType<typeof machine>, losses: ArrayLike<number>): (number | undefined)[] {
  const out = new Array<number | undefined>(POPULATION).fill(undefined);
  for (const { rank, individual } of readSurvivors(evolution.select(Float32Array.from(losses))).survivors) out[rank] = individual;
  return out;
}

/** What the reference says of the same ranks. */
const expected = (seen: (number | undefined)[], order: number[]) =>
  seen.map((individual, rank) => (individual === undefined ? undefined : order[rank]));

describe('all losses equal', () => {
  const evolution = machine(weights({ population: POPULATION, algorithm: everyone }));
  const equal = new Float32Array(POPULATION).fill(0.5);
  const seen = [0, 1, 2, 3].map((generation) => {
    expect(evolution.generation).toBe(generation);
    const order = shown(evolution, equal);
    evolution.advance(evolution.select(equal));
    return order;
  });

  it('survivors are those that the reference ranks first', () => {
    seen.forEach((order, generation) => {
      expect(order.filter((individual) => individual !== undefined).length).toBeGreaterThan(POPULATION / 2);
      const reference = ranking(equal, generation);
      for (let rank = 0; rank < POPULATION; rank++) {
        if (order[rank] !== undefined) expect([rank, order[rank]]).toEqual([rank, reference[rank]]);
      }
    });
  });

  it('they are not those of the lowest index', () => {
    for (const order of seen) {
      const elites = order.slice(0, POPULATION / 2);
      expect(elites).not.toEqual(elites.map((_, i) => i));
      expect(elites.some((individual) => (individual as number) >= POPULATION / 2)).toBe(true);
    }
  });

  it('they differ between generations', () => {
    const elites = seen.map((order) => order.slice(0, POPULATION / 2).join());
    expect(new Set(elites).size).toBe(seen.length);
  });

  it('they differ between seeds', () => {
    const orders = [1n, 2n, 1n << 32n, 2n ** 64n - 1n].map((seed) =>
      shown(machine(weights({ population: POPULATION, algorithm: everyone }), { seed }), equal).slice(0, 24),
    );
    expect(new Set(orders.map(String)).size).toBe(orders.length);
  });
});

describe('the ranking', () => {
  it.each([
    { what: 'few distinct losses', loss: fc.integer({ min: 0, max: 4 }).map((n) => n / 4) },
    { what: 'any losses', loss: fc.float({ noNaN: true }) },
    { what: 'NaN, infinities and zeros of both signs', loss: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -0, 1, 1e-45, 3e38) },
  ])('is that of the reference: $what', ({ loss }) => {
    const evolution = machine(weights({ population: POPULATION, algorithm: everyone }));
    evolve(evolution, 1);
    fc.assert(
      fc.property(fc.array(loss, { minLength: POPULATION, maxLength: POPULATION }), (losses) => {
        const seen = shown(evolution, losses);
        expect(seen.slice(0, 24)).toEqual(ranking(losses, 1).slice(0, 24));
        expect(seen).toEqual(expected(seen, ranking(losses, 1)));
      }),
    );
  });

  it.each([1, 2, 3, 5, 17, 63, 64, 65])('of %i individuals', (population) => {
    const algorithm = ga({ parents: population, elites: population, block: 2 });
    const evolution = machine(weights({ population, algorithm }));
    const losses = Float32Array.from({ length: population }, (_, i) => (i * 7) % 3);
    const { survivors } = readSurvivors(evolution.select(losses));
    expect(survivors.map(({ individual }) => individual)).toEqual(ranking(losses, 0));
    expect(survivors.map(({ rank }) => rank)).toEqual(survivors.map((_, i) => i));
  });
});

it("an ES' ranks among equal losses are those of the reference", () => {
  const evolution = machine(weights({ population: POPULATION, algorithm: es() }));
  evolve(evolution, 2);
  const losses = Array.from({ length: POPULATION }, (_, i) => (i % 5 ? 1 : 0));
  const { pairs, scale } = readUtilities(evolution.select(Float32Array.from(losses)));
  const utilities = centeredRank(losses, ranking(losses, 2));
  const differences = pairs.map((_, p) => Math.fround(utilities[2 * p] - utilities[2 * p + 1]));
  expect(scale).toBe(Math.fround(Math.max(...differences.map(Math.abs)) / 127));
  pairs.forEach((pair, p) => {
    expect(Math.abs(pair * scale - differences[p])).toBeLessThanOrEqual(scale * 0.5001);
  });
});
