// A champion's family tree: who stands where, and what is said of it.
import { describe, expect, it } from 'vitest';
import {
  apart,
  type FamilyGeneration,
  familySentence,
  HEIGHT,
  layOut,
  type Member,
  nearestTo,
  origin,
} from '../../client/pages/run/family.ts';

const member = (individual: number, parents: number[], kind: Member['kind'] = 'child'): Member => ({
  individual,
  parents,
  kind,
  crossed: parents.length > 1,
  mutated: kind === 'child',
  sigma: 0.1,
});
const founder = (individual: number): Member => member(individual, [], 'founder');

const FAMILY: FamilyGeneration[] = [
  { generation: 2, members: [member(7, [1, 9])] },
  { generation: 1, members: [member(1, [4]), member(9, [0, 4])] },
  { generation: 0, members: [founder(0), founder(4)] },
];

describe('a family tree', () => {
  it('has lines from everybody to their parents', () => {
    const lines = layOut(FAMILY).map(({ generation, individual, from }) => [generation, individual, from.map((one) => one.individual)]);
    expect(lines).toEqual([
      [2, 7, [1, 9]],
      [1, 1, [4]],
      [1, 9, [0, 4]],
      [0, 4, []],
      [0, 0, []],
    ]);
  });

  it('orders parents as their children, around the middle', () => {
    const places = layOut(FAMILY).map(({ generation, individual, place }) => [`${generation}/${individual}`, place]);
    // 4 has a child at each place, 0 only at the upper one.
    expect(places).toEqual([
      ['2/7', 0],
      ['1/1', -0.5],
      ['1/9', 0.5],
      ['0/4', -0.5],
      ['0/0', 0.5],
    ]);
  });

  it('puts many closer together, so that all of them have room', () => {
    const members = Array.from({ length: 101 }, (_, i) => founder(i));
    const laid = layOut([{ generation: 3, members }]);
    expect(apart(101)).toBeCloseTo(HEIGHT / 101);
    expect(Math.min(...laid.map(({ place }) => place))).toBeGreaterThan(-HEIGHT / 2);
    expect(Math.max(...laid.map(({ place }) => place))).toBeLessThan(HEIGHT / 2);
    expect(new Set(laid.map(({ place }) => place)).size).toBe(101);
  });

  it('ends where the answer does: parents beyond it have no line', () => {
    expect(layOut(FAMILY.slice(0, 1))[0].from).toEqual([]);
    expect(layOut([])).toEqual([]);
  });

  it('finds whom somebody points at', () => {
    const laid = layOut(FAMILY);
    expect(nearestTo(laid, 1.3, 5)?.individual).toBe(9);
    expect(nearestTo(laid, 0.8, -5)?.individual).toBe(1);
    expect(nearestTo(laid, 7, 0)).toBeNull();
  });
});

describe('in words', () => {
  it('how one came to be', () => {
    expect(origin(founder(3))).toBe('drawn at random');
    expect(origin(member(3, [12], 'elite'))).toBe('kept as it was, 12 before');
    expect(origin(member(3, [1234, 5]))).toBe('child of 1,234 and 5, crossed and mutated');
    expect(origin({ ...member(3, [5]), mutated: false })).toBe('child of 5, a copy');
  });

  it('back to the founders', () => {
    expect(familySentence(FAMILY)).toBe('The champion is individual 7 of generation 2 and descends from 2 founders.');
  });

  it('a founder itself', () => {
    expect(familySentence([{ generation: 0, members: [founder(5)] }])).toBe(
      'The champion is individual 5 of generation 0: it was drawn at random, so it has no ancestors.',
    );
  });

  it('as far back as was asked, with where its lines meet', () => {
    const family = [
      { generation: 90, members: [member(7, [1, 9])] },
      { generation: 89, members: [member(1, [4]), member(9, [4])] },
      { generation: 88, members: [member(4, [2])] },
      { generation: 87, members: [member(2, [6])] },
    ];
    expect(familySentence(family)).toBe(
      'The champion is individual 7 of generation 90; 3 generations before, in generation 87, it has 1 ancestor; all its lines meet in individual 4 of generation 88.',
    );
  });

  it('kept unchanged for a while', () => {
    const family = [
      { generation: 90, members: [member(0, [0], 'elite')] },
      { generation: 89, members: [member(0, [3], 'elite')] },
      { generation: 88, members: [member(3, [2, 5])] },
      { generation: 87, members: [member(2, [6]), member(5, [8])] },
    ];
    expect(familySentence(family)).toBe(
      'The champion is individual 0 of generation 90; 3 generations before, in generation 87, it has 2 ancestors; it was born in generation 88 and kept since then.',
    );
  });
});
