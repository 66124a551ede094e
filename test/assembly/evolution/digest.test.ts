import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { digest } from '../../reference/digest.ts';
import { Arena } from '../kernels/arena.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

function digested(data: Uint8Array, seed: number): Uint8Array {
  const out = arena.room(16);
  engine.digest(arena.input(data), data.length, seed, out);
  arena.check();
  return arena.bytes(out, 16);
}

const text = (value: string) => new TextEncoder().encode(value);
/** As most publish it: both halves as numbers. */
const halves = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [0, 8].map((at) => view.getBigUint64(at, true).toString(16).padStart(16, '0')).join(' ');
};

describe('digest', () => {
  // Published with the Go ports github.com/spaolacci/murmur3 and github.com/twmb/murmur3.
  it.each([
    [0, '', '0000000000000000 0000000000000000'],
    [0, 'hello', 'cbd8a7b341bd9b02 5b1e906a48ae1d19'],
    [0, 'hello, world', '342fac623a5ebc8e 4cdcbc079642414d'],
    [0, '19 Jan 2038 at 3:14:07 AM', 'b89e5988b737affc 664fc2950231b2cb'],
    [0, 'The quick brown fox jumps over the lazy dog.', 'cd99481f9ee902c9 695da1a38987b6e7'],
    [1, '', '4610abe56eff5cb5 51622daa78f83583'],
    [1, 'hello', 'a78ddff5adae8d10 128900ef20900135'],
    [42, '', 'f02aa77dfa1b8523 d1016610da11cbb9'],
    [42, 'hello, world', 'b91864d797caa956 d5d139a55afe6150'],
    [42, 'The quick brown fox jumps over the lazy dog.', '74f33c659cda5af7 4ec7a891caf316f0'],
  ])('with seed %d of "%s" is %s', (seed, data, expected) => {
    expect(halves(digested(text(data), seed))).toBe(expected);
    expect(halves(digest(text(data), seed))).toBe(expected);
  });

  it('has the verification value 0x6384ba69 of SMHasher, which covers lengths 0 to 255 with a seed each', () => {
    for (const hash of [digested, digest]) {
      const all = new Uint8Array(256 * 16);
      for (let length = 0; length < 256; ++length) {
        arena.clear();
        all.set(
          hash(
            Uint8Array.from({ length }, (_, i) => i),
            256 - length,
          ),
          length * 16,
        );
      }
      expect(new DataView(hash(all, 0).buffer).getUint32(0, true)).toBe(0x6384ba69);
    }
  });

  it('is the reference for any bytes, and sees every single one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(0xffffffff), fc.nat(), (data, seed, which) => {
        arena.clear();
        expect(digested(data, seed)).toEqual(digest(data, seed));
        if (!data.length) return;
        const changed = data.slice();
        changed[which % data.length] ^= 1;
        expect(digested(changed, seed)).not.toEqual(digested(data, seed));
      }),
    );
  });

  it.each(Array.from({ length: 32 }, (_, length) => length))('is the reference at length %d, trailing zeros and all', (length) => {
    for (const fill of [0, 0x80, 0xff]) {
      const data = new Uint8Array(length).fill(fill);
      expect(digested(data, 7)).toEqual(digest(data, 7));
    }
  });
});

describe('allFinite', () => {
  it('finds one number that is not finite, wherever it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
        (count, where, bad) => {
          arena.clear();
          const values = Float32Array.from({ length: count }, (_, i) => (i % 2 ? 3.4e38 : -1e-45));
          const at = arena.input(values);
          expect(engine.allFinite(at, count)).toBe(1);
          values[where % count] = bad;
          expect(engine.allFinite(arena.input(values), count)).toBe(0);
        },
      ),
    );
  });

  it('looks no further than it is told', () => {
    const at = arena.input(Float32Array.of(1, 2, 3, 4, 5, Number.NaN));
    expect([0, 4, 5, 6].map((count) => engine.allFinite(at, count))).toEqual([1, 1, 1, 0]);
  });
});
