// Frames that claim to hold more than they can are refused before a decoder makes room for it; whatever an encoder writes is not.
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkClaims } from '../../protocol/claims.ts';

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(null, true, false, '', 0, -1, 1e9, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, 0.1, Number.NaN),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.string({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('any'), { maxLength: 20 }),
    fc.dictionary(fc.string(), tie('any'), { maxKeys: 20 }),
  ),
})).any;

const written = (some: unknown) => encode(some, { useBigInt64: true });

it('takes whatever an encoder writes', () => {
  fc.assert(fc.property(value, (some) => checkClaims(written(some))));
  for (const length of [15, 16, 255, 256, 65_535, 65_536, 70_000]) {
    checkClaims(written(Array(length).fill(1)));
    checkClaims(written(new Uint8Array(length)));
    checkClaims(written('x'.repeat(length)));
    checkClaims(written(Object.fromEntries(Array.from({ length }, (_, i) => [i, i]))));
  }
  // Extensions of each form: fixed to 16 bytes, then with their length before them.
  for (const head of [[0xd4], [0xd5], [0xd6], [0xd7], [0xd8]])
    checkClaims(Uint8Array.from([...head, 1, ...Array(1 << (head[0] - 0xd4)).fill(0x9f)]));
  for (const head of [
    [0xc7, 3],
    [0xc8, 0, 3],
    [0xc9, 0, 0, 0, 3],
  ])
    checkClaims(Uint8Array.from([...head, 1, 0x9f, 0x9f, 0x9f]));
});

it.each([
  ['a list', [0xdd, 1, 0xf0, 0, 0]],
  ['a short list', [0xdc, 0xff, 0xff]],
  ['a map', [0xdf, 0, 0xff, 0xff, 0xff]],
  ['a short map', [0xde, 0xff, 0xff]],
  ['a list of few', [0x9f]],
  ['a map of few', [0x8f]],
])('refuses %s that is not there', (_what, head) => {
  expect(() => checkClaims(Uint8Array.from(head))).toThrow(RangeError);
  // However often: each within the one before.
  const many = Uint8Array.from(Array<number[]>(100).fill(head).flat());
  expect(() => checkClaims(many)).toThrow(RangeError);
});

it.each([[[0xdd, 0]], [[0xda, 1]], [[0xc6]]])('refuses what ends within a head: %j', (head) => {
  expect(() => checkClaims(Uint8Array.from(head))).toThrow(RangeError);
});
