import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as normals from '../../reference/normal.ts';
import * as uniforms from '../../reference/uniform.ts';
import { length, shift, source, word } from '../arbitrary.ts';
import { engine } from '../engine.ts';
import { bitsOf, regions } from '../guard.ts';

const first = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 0x7fffff00 }));

describe('draws', () => {
  const e = engine();
  const { uniform, uniformAt, normal } = e.functions;

  it('uniform agrees with the reference bit for bit', () => {
    fc.assert(
      fc.property(source, word, first, length, shift, (s, stream, from, count, off) => {
        const [out] = regions(e, [count], off);
        uniform(out.address, from, count, s.seedLo, s.seedHi, s.individual, s.generation, stream);
        const expected = Array.from({ length: count }, (_, i) => uniforms.uniform(s, stream, from + i));
        expect(bitsOf(out.floats)).toEqual(bitsOf(expected));
        expect(out.guarded()).toBe(true);
        expect(uniformAt(s.seedLo, s.seedHi, from, s.individual, s.generation, stream)).toBe(uniforms.uniform(s, stream, from));
      }),
    );
  });

  it('normal agrees with the reference bit for bit', () => {
    fc.assert(
      fc.property(source, word, first, length, shift, fc.float({ min: -4, max: 4, noNaN: true }), (s, stream, from, count, off, scale) => {
        const [scratch, out] = regions(e, [16, count], off);
        normal(out.address, from, count, scale, s.seedLo, s.seedHi, s.individual, s.generation, stream, scratch.address);
        const expected = Array.from({ length: count }, (_, i) => normals.normal(s, stream, from + i, scale));
        expect(bitsOf(out.floats)).toEqual(bitsOf(expected));
        expect(out.guarded() && scratch.guarded()).toBe(true);
      }),
    );
  });

  it('radius and circle are what Box and Muller ask for', () => {
    fc.assert(
      fc.property(word, (bits) => {
        const u = Math.fround(Math.fround(bits >>> 1) + 1) / 2 ** 31;
        const r = Math.sqrt(-2 * Math.log(u));
        expect(Math.abs(normals.radius(bits) - r)).toBeLessThanOrEqual(4e-7 * r);
        const angle = ((bits | 0) / 2 ** 31) * (Math.PI / 2);
        const [cosine, sine] = normals.circle(bits);
        expect(Math.abs(cosine - Math.cos(angle) * (bits & 1 ? -1 : 1))).toBeLessThan(3e-7);
        expect(Math.abs(sine - Math.sin(angle))).toBeLessThan(3e-7);
      }),
      { numRuns: 2000 },
    );
    // The ends: the longest radius, and one that is zero.
    expect(normals.radius(0)).toBeGreaterThan(6.5);
    expect(Math.abs(normals.radius(0xffffffff))).toBe(0);
  });
});
