import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SIGMA } from '../../../assembly/rng/streams.ts';
import { word } from '../../reference/philox.ts';
import { source } from '../arbitrary.ts';
import { engine } from '../engine.ts';

const f = engine().functions;
const positive = fc.float({ min: Math.fround(1e-4), max: 10, noNaN: true });

// The engine's power is its own: the host's may differ in the last place of a double, hence by one float.
function close(result: number, exact: number): void {
  expect(Math.abs(result - exact)).toBeLessThanOrEqual(Math.abs(exact) * 2 ** -23);
}

describe('schedules', () => {
  it('constant stays', () => expect(f.scheduleConstant(0.25)).toBe(0.25));

  it('exponential goes geometrically over the horizon', () => {
    fc.assert(
      fc.property(positive, positive, fc.nat({ max: 200 }), fc.nat({ max: 200 }), (from, to, generation, horizon) => {
        const exact = generation >= horizon ? to : from * (to / from) ** (generation / horizon);
        close(f.scheduleExponential(from, to, generation, horizon), exact);
      }),
    );
    expect(f.scheduleExponential(1, 0.25, 0, 10)).toBe(1);
    expect(f.scheduleExponential(1, 0.25, 5, 10)).toBe(0.5);
    expect(f.scheduleExponential(1, 0.25, 10, 10)).toBe(0.25);
    expect(f.scheduleExponential(1, 0.25, 99, 10)).toBe(0.25);
    expect(f.scheduleExponential(0, 0.25, 3, 10)).toBe(0);
  });

  it.each([
    { what: 'grows while the population is close together', best: 0.99, mean: 1, result: 0.2 },
    { what: 'shrinks while it is spread', best: 0.5, mean: 1, result: 0.05 },
    { what: 'grows where there is no difference at all', best: 0, mean: 0, result: 0.2 },
    { what: 'takes negative losses as well', best: -1.01, mean: -1, result: 0.2 },
    { what: 'stays where the mean is infinite', best: 0.5, mean: Infinity, result: 0.1 },
    { what: 'stays where the mean is no number', best: 0.5, mean: NaN, result: 0.1 },
  ])('adaptive $what', ({ best, mean, result }) => {
    expect(f.scheduleAdaptive(0.1, best, mean, 0.1, 2, 0.001, 1)).toBe(Math.fround(result));
  });

  it('adaptive stays within its bounds', () => {
    expect(f.scheduleAdaptive(0.9, 1, 1, 0.1, 2, 0.001, 1)).toBe(1);
    expect(f.scheduleAdaptive(0.0015, 0, 1, 0.1, 2, 0.001, 1)).toBe(Math.fround(0.001));
  });

  it('self-adaptive multiplies by a power of the factor between -1 and 1', () => {
    fc.assert(
      fc.property(positive, fc.float({ min: 1, max: 4, noNaN: true }), source, (parent, factor, s) => {
        const u = word(s, SIGMA, 0) / 2 ** 31 - 1;
        const sigma = f.selfAdaptiveSigma(parent, factor, 0, 1000, s.seedLo, s.seedHi, s.individual, s.generation);
        close(sigma, parent * factor ** u);
      }),
    );
    expect(f.selfAdaptiveSigma(1, 2, 3, 4, 1, 2, 3, 4)).toBe(3);
    expect(f.selfAdaptiveSigma(1, 2, 0.1, 0.25, 1, 2, 3, 4)).toBe(0.25);
  });
});
