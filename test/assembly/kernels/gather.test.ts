import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { gather } from '../../reference/kernels.ts';
import { Arena } from './arena.ts';
import { numbers, wholes } from './numbers.ts';
import { toPanels } from './panels.ts';
import { sameBits } from './same-bits.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

const batch = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  features: fc.integer({ min: 1, max: 11 }),
  /** The first panel, and how many examples from its first on. */
  panel: fc.integer({ min: 0, max: 3 }),
  examples: fc.integer({ min: 0, max: 27 }),
  seed: fc.nat(),
});

/** Row numbers, as a batch draws them, and the part of them that is asked for. */
const drawn = ({ rows, panel, examples, seed }: { rows: number; panel: number; examples: number; seed: number }) => {
  const first = panel * 8;
  const indices = wholes(seed, first + examples, rows);
  return { first, last: first + examples, indices: Uint32Array.from(indices), part: Array.from(indices.subarray(first)) };
};

describe('gather', () => {
  it.each([
    ['bytes, scaled to 0 .. 1', (seed: number, count: number) => Uint8Array.from(wholes(seed, count, 256))],
    ['float32, as they are', (seed: number, count: number) => numbers(seed, count, 0.1)],
  ] as const)('collects rows of %s, lanes past the last being zeros', (_name, make) => {
    fc.assert(
      fc.property(batch, (b) => {
        arena.clear();
        const { first, last, indices, part } = drawn(b);
        const split = make(b.seed, b.rows * b.features);
        const panels = Math.ceil(part.length / 8);
        const out = arena.room(panels * b.features * 32);
        const bytes = split instanceof Uint8Array ? 1 : 0;
        engine.gather(arena.input(split), bytes, b.features, arena.input(indices), first, last, out);
        arena.check();
        sameBits(arena.floats(out, panels * b.features * 8), toPanels(gather(split, b.features, part), part.length, b.features));
      }),
    );
  });

  it('takes row = example without indices', () => {
    const x = numbers(4, 21 * 3);
    const out = arena.room(2 * 3 * 32);
    engine.gather(arena.input(x), 0, 3, 0, 8, 21, out);
    sameBits(arena.floats(out, 48), toPanels(x.subarray(8 * 3), 13, 3));
  });

  it('makes exactly 0 and 1 of the bytes 0 and 255', () => {
    const out = arena.room(2 * 32);
    engine.gather(arena.input(Uint8Array.of(0, 255)), 1, 2, 0, 0, 1, out);
    expect([arena.floats(out, 16)[0], arena.floats(out, 16)[8]]).toEqual([0, 1]);
  });
});

describe('gatherClasses', () => {
  it('collects class numbers, lanes past the last being 0', () => {
    fc.assert(
      fc.property(batch, fc.boolean(), (b, ordered) => {
        arena.clear();
        const { first, last, indices, part } = drawn(b);
        const classes = wholes(b.seed + 1, Math.max(b.rows, last), 10);
        const panels = Math.ceil(part.length / 8);
        const out = arena.room(panels * 32);
        engine.gatherClasses(arena.input(classes), ordered ? 0 : arena.input(indices), first, last, out);
        arena.check();
        const wanted = ordered ? Array.from(classes.subarray(first, last)) : part.map((row) => classes[row]);
        expect(Array.from(arena.words(out, panels * 8))).toEqual([...wanted, ...new Array(panels * 8 - part.length).fill(0)]);
      }),
    );
  });
});
