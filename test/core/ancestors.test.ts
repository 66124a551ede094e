// Families out of selections alone, against what the whole machine says of every individual.
import { expect, it } from 'vitest';
import { type AncestorOptions, ancestorsOf } from '../../core/ancestors.ts';
import type { Evolution } from '../../core/evolution.ts';
import { survivorsOf } from '../../core/survivors.ts';
import { blobs } from './fixtures/datasets.ts';
import { engine, machine, measure, SEED } from './fixtures/machine.ts';
import { ALGORITHMS, es, ga, weights } from './fixtures/settings.ts';

const LAST = 7;

/** Lineages of everyone, by generation, and the selections. */
function history(evolution: Evolution) {
  const { population } = evolution.config.settings;
  const all = [];
  for (let generation = 0; generation <= LAST; ++generation) {
    const lineages = Array.from({ length: population }, (_, individual) => evolution.lineage(individual));
    const { selection } = measure(evolution);
    all.push({ lineages, selection });
    evolution.advance(selection);
  }
  return all;
}

const ask = (settings: AncestorOptions['settings'], selections: Uint8Array[], changes: Partial<AncestorOptions> = {}) =>
  ancestorsOf({
    engine,
    settings,
    dataset: blobs(),
    seed: SEED,
    started: false,
    selections,
    generation: LAST,
    individual: 20,
    generations: 100,
    members: 1000,
    ...changes,
  });

it.each(ALGORITHMS.filter(({ algorithm }) => algorithm.name !== 'es'))(
  'name everyone, back to the first generation: $name',
  ({ algorithm }) => {
    const settings = weights({ algorithm });
    const all = history(machine(settings));
    const family = ask(
      settings,
      all.map(({ selection }) => selection),
    );
    let wanted = [20];
    for (const [i, { generation, members }] of family.entries()) {
      expect(generation).toBe(LAST - i);
      expect(members.map(({ individual }) => individual)).toEqual(wanted);
      const survivors = generation ? survivorsOf(all[generation - 1].selection) : [];
      for (const { individual, parents, kind, crossed, mutated, sigma } of members) {
        const lineage = all[generation].lineages[individual];
        expect({ kind, crossed, mutated, sigma }).toEqual({
          kind: lineage.kind,
          crossed: lineage.crossed,
          mutated: lineage.mutated,
          sigma: lineage.sigma,
        });
        expect(parents).toEqual(generation ? [...new Set(lineage.mates.map((mate) => survivors[mate]))] : []);
      }
      wanted = [...new Set(members.flatMap(({ parents }) => parents))].sort((a, b) => a - b);
    }
    expect(wanted).toEqual([]);
    if (algorithm.name === 'ga') expect(family.at(-1)?.generation).toBe(0);
  },
);

it('go back so far, or until they are so many', () => {
  const settings = weights({ algorithm: ga() });
  const selections = history(machine(settings)).map(({ selection }) => selection);
  const whole = ask(settings, selections);
  expect(ask(settings, selections, { generations: 3 })).toEqual(whole.slice(0, 3));
  const count = whole.slice(0, 4).reduce((sum, { members }) => sum + members.length, 0);
  expect(ask(settings, selections, { members: count })).toEqual(whole.slice(0, 4));
  expect(ask(settings, selections, { generation: 0, individual: 30 })).toMatchObject([
    { generation: 0, members: [{ individual: 30, parents: [] }] },
  ]);
});

it('of a strategy there is nobody to name; selections of another run, or too few, are errors', () => {
  expect(ask(weights({ algorithm: es() }), [])).toEqual([]);
  const settings = weights({ algorithm: ga() });
  const selections = history(machine(settings)).map(({ selection }) => selection);
  expect(() => ask(settings, selections.slice(0, 3))).toThrow(/ends at generation 3, before 7/);
  expect(() => ask(settings, [selections[0], selections[0]])).toThrow(/selection of generation 1 does not fit/);
});
