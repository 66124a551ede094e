import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as reference from '../../reference/crossover.ts';
import { fromFirst } from '../../reference/mask.ts';
import { fill, fillFloats, length, share, shift, source } from '../arbitrary.ts';
import { engine } from '../engine.ts';
import { bitsOf, type Region, regions } from '../guard.ts';

const e = engine();
const f = e.functions;
const mix = fc.record({ share, complement: fc.boolean(), pair: source });

/** Two parents and a child, the parents full of bits. */
function family(count: number, off: number, seed: number): [Region, Region, Region] {
  const [a, b, out] = regions(e, [count, count, count], off);
  fill(a.words, seed);
  fill(b.words, seed ^ 0x5bd1e995);
  return [a, b, out];
}

const intact = (...all: Region[]): boolean => all.every((region) => region.guarded());

describe('crossoverUniform', () => {
  const run = (a: number, b: number, out: number, count: number, m: reference.Mix): number =>
    f.crossoverUniform(a, b, out, count, m.share, Number(m.complement), m.pair.seedLo, m.pair.seedHi, m.pair.individual, m.pair.generation);

  it('agrees with the reference, and the complement is its complement', () => {
    fc.assert(
      fc.property(length, shift, mix, fc.nat(), (count, off, m, seed) => {
        const [a, b, out] = family(count, off, seed);
        expect(run(a.address, b.address, out.address, count, m)).toBe(1);
        expect([...out.words]).toEqual(reference.uniform(a.words, b.words, m));
        expect(intact(a, b, out)).toBe(true);
        const first = out.words.slice();
        run(a.address, b.address, out.address, count, { ...m, complement: !m.complement });
        const from = [...out.words].every((w, i) => w === (first[i] === a.words[i] ? b.words[i] : a.words[i]));
        expect(from).toBe(true);
      }),
    );
  });

  it('takes about the share from the first parent', () => {
    const count = 60_000;
    const pair = { seedLo: 1, seedHi: 2, individual: 3, generation: 4 };
    for (const part of [1, 64, 128, 200, 255]) {
      const [a, b, out] = family(count, 0, 7);
      run(a.address, b.address, out.address, count, { share: part, complement: false, pair });
      const taken = out.words.reduce((sum, w, i) => sum + Number(w === a.words[i]), 0);
      const p = part / 256;
      expect(Math.abs(taken - count * p)).toBeLessThan(5 * Math.sqrt(count * p * (1 - p)));
    }
  });

  it('refuses a child that overlaps a parent, and writes nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: -199, max: 199 }), mix, fc.boolean(), (count, by, m, second) => {
        const [whole, parent] = regions(e, [1000, count]);
        fill(whole.words, 99);
        const before = whole.words.slice();
        const out = whole.address + 400 * 4;
        const near = out + 4 * Math.max(-count + 1, Math.min(count - 1, by));
        expect(second ? run(parent.address, near, out, count, m) : run(near, parent.address, out, count, m)).toBe(0);
        expect(whole.words).toEqual(before);
        // Side by side is no overlap.
        expect(run(parent.address, out + 4 * count, out, count, m)).toBe(1);
      }),
    );
  });
});

describe('crossoverNeuron and neuronMask', () => {
  const rows = fc.integer({ min: 0, max: 7 });
  const columns = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(64, 128, 150));
  const first = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(0, 64, 128));
  const tail = (m: reference.Mix): number[] => [
    m.share,
    Number(m.complement),
    m.pair.seedLo,
    m.pair.seedHi,
    m.pair.individual,
    m.pair.generation,
  ];

  it('agrees with the reference', () => {
    fc.assert(
      fc.property(rows, columns, first, shift, mix, (r, c, neuron, off, m) => {
        const [a, b, out] = family(r * c, off, r * 31 + c);
        expect(f.crossoverNeuron(a.address, b.address, out.address, r, c, neuron, ...tail(m))).toBe(1);
        expect([...out.words]).toEqual(reference.neuron(a.words, b.words, c, neuron, m));
        expect(intact(a, b, out)).toBe(true);
      }),
    );
  });

  it('masks by column', () => {
    fc.assert(
      fc.property(columns, first, shift, mix, (c, neuron, off, m) => {
        const [mask] = regions(e, [c], off);
        f.neuronMask(mask.address, c, neuron, ...tail(m));
        const expected = Array.from({ length: c }, (_, i) => (fromFirst(neuron + i, m.share, m.pair) !== m.complement ? 0xffffffff : 0));
        expect([...mask.words]).toEqual(expected);
        expect(mask.guarded()).toBe(true);
      }),
    );
  });

  it('refuses a child that overlaps a parent', () => {
    const [a, b] = regions(e, [40, 40]);
    fill(a.words, 5);
    const before = a.words.slice();
    expect(f.crossoverNeuron(a.address, b.address, a.address + 4, 3, 10, 0, 128, 0, 1, 2, 3, 4)).toBe(0);
    expect(f.crossoverNeuron(b.address, a.address, a.address, 3, 10, 0, 128, 0, 1, 2, 3, 4)).toBe(0);
    expect(a.words).toEqual(before);
  });
});

describe('crossoverLayer', () => {
  it('agrees with the reference', () => {
    fc.assert(
      fc.property(length, fc.nat({ max: 50 }), fc.nat({ max: 300 }), mix, (count, offset, layer, m) => {
        const [a, b, out] = family(count + offset, 0, count);
        const { seedLo, seedHi, individual, generation } = m.pair;
        const tail = [m.share, Number(m.complement), seedLo, seedHi, individual, generation];
        out.words.fill(7);
        expect(f.crossoverLayer(a.address, b.address, out.address, offset, count, layer, ...tail)).toBe(1);
        const part = (w: Uint32Array): Uint32Array => w.subarray(offset);
        expect([...part(out.words)]).toEqual(reference.layer(part(a.words), part(b.words), layer, m));
        expect([...out.words.subarray(0, offset)].every((w) => w === 7)).toBe(true);
        expect(intact(a, b, out)).toBe(true);
        expect(f.layerFromA(layer, ...tail)).toBe(Number(fromFirst(layer, m.share, m.pair) !== m.complement));
      }),
    );
  });

  it('refuses a layer that overlaps its place in a parent', () => {
    const [a, b] = regions(e, [40, 40]);
    fill(a.words, 5);
    const before = a.words.slice();
    expect(f.crossoverLayer(a.address, b.address, a.address + 4, 2, 10, 0, 256, 0, 1, 2, 3, 4)).toBe(0);
    expect(f.crossoverLayer(b.address, a.address, a.address, 2, 10, 0, 256, 0, 1, 2, 3, 4)).toBe(0);
    expect(a.words).toEqual(before);
  });
});

describe('crossoverSinglePoint', () => {
  const run = (a: number, b: number, out: number, count: number, complement: boolean, s: reference.Mix['pair']): number =>
    f.crossoverSinglePoint(a, b, out, count, Number(complement), s.seedLo, s.seedHi, s.individual, s.generation);

  it('agrees with the reference', () => {
    fc.assert(
      fc.property(length, shift, fc.boolean(), source, (count, off, complement, pair) => {
        const [a, b, out] = family(count, off, count + 1);
        expect(run(a.address, b.address, out.address, count, complement, pair)).toBe(1);
        expect([...out.words]).toEqual(count ? reference.singlePoint(a.words, b.words, complement, pair) : []);
        expect(intact(a, b, out)).toBe(true);
      }),
    );
  });

  it('cuts at every inner position and at no other', () => {
    const count = 5;
    const [a, b, out] = family(count, 0, 1);
    const cuts = new Set<number>();
    for (let individual = 0; individual < 200; individual++) {
      run(a.address, b.address, out.address, count, false, { seedLo: 1, seedHi: 2, individual, generation: 0 });
      cuts.add(out.words.findIndex((w, i) => w !== a.words[i]));
    }
    expect([...cuts].sort()).toEqual([1, 2, 3, 4]);
  });

  it('refuses a child that overlaps a parent', () => {
    const [a, b] = family(20, 0, 1);
    const before = a.words.slice();
    const pair = { seedLo: 1, seedHi: 2, individual: 3, generation: 0 };
    expect(run(a.address, b.address, a.address, 20, false, pair)).toBe(0);
    expect(run(b.address, a.address, a.address + 76, 20, false, pair)).toBe(0);
    expect(a.words).toEqual(before);
  });
});

describe('crossoverIntermediate', () => {
  it('agrees with the reference', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), length, shift, fc.nat(), (n, count, off, seed) => {
        const [list, weights, out, ...parents] = regions(e, [n, n, count, ...Array<number>(n).fill(count)], off);
        fillFloats(weights.floats, seed);
        parents.forEach((parent, k) => {
          fillFloats(parent.floats, seed + k + 1);
          list.words[k] = parent.address;
        });
        expect(f.crossoverIntermediate(list.address, n, weights.address, out.address, count)).toBe(1);
        const expected = reference.intermediate(
          parents.map((p) => p.floats),
          weights.floats,
          count,
        );
        expect(bitsOf(out.floats)).toEqual(bitsOf(expected));
        expect(intact(list, weights, out, ...parents)).toBe(true);
      }),
    );
  });

  it('refuses a child that overlaps what it reads', () => {
    const [list, weights, a, b] = regions(e, [2, 2, 20, 20]);
    list.words.set([a.address, b.address]);
    const run = (out: number): number => f.crossoverIntermediate(list.address, 2, weights.address, out, 20);
    expect(run(a.address)).toBe(0);
    expect(run(b.address - 4)).toBe(0);
    expect(run(list.address)).toBe(0);
    expect(run(weights.address)).toBe(0);
    expect(a.guarded() && b.guarded()).toBe(true);
  });
});
