// One source, two builds, any address: the shared and the unshared module agree, above 2 GiB as below; and an engine has an identity.
import { describe, expect, it } from 'vitest';
import { ENGINE_FILES, EngineError, engineFrom, instantiate } from '../../core/engine.ts';
import { Evolution } from '../../core/evolution.ts';
import { bars, lines } from './fixtures/datasets.ts';
import { lifted } from './fixtures/lifted.ts';
import { engine, evolve, type Generation, ground, machine, snapshotOf } from './fixtures/machine.ts';
import { ALGORITHMS, CONVOLUTION, ga, layer, sequential, weights } from './fixtures/settings.ts';

const GENERATIONS = 4;
const HALF = 2 ** 31;

/** A run's whole history, to the bit. */
function history(evolution: Evolution): unknown {
  const generations = evolve(evolution, GENERATIONS);
  evolution.candidate(1);
  evolution.score('test');
  return [...generations.map(comparable), evolution.scored('test'), evolution.digest(), Buffer.from(snapshotOf(evolution)).toString('hex')];
}

const comparable = ({ digest, losses, selection }: Generation) => ({
  digest,
  losses: Buffer.from(losses.slice().buffer).toString('hex'),
  selection: Buffer.from(selection).toString('hex'),
});

describe.each(ALGORITHMS)('$name', ({ algorithm }) => {
  const settings = weights({ algorithm, population: 34 });
  const expected = history(machine(settings));

  it('is the same in the shared build', () => {
    const shared = machine(settings, { shared: true });
    expect(shared.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(history(shared)).toEqual(expected);
  });

  it.each([false, true])('is the same where every pointer is above 2 GiB, shared: %s', (shared) => {
    const high = new Evolution(lifted(ground(settings), HALF, shared));
    high.init();
    expect(Math.min(high.plan.config, high.plan.states[0], high.plan.batch, high.plan.parents[0])).toBeGreaterThan(HALF);
    expect(history(high)).toEqual(expected);
  });
});

it.each([
  { name: 'a convolution', settings: weights({ network: CONVOLUTION, population: 12 }), dataset: bars() },
  {
    name: 'a regression',
    settings: weights({
      network: sequential(layer('Dense', { units: 7, activation: 'sigmoid' }), layer('Dense', { units: 2 })),
      loss: { name: 'mean-squared-error' },
      population: 12,
    }),
    dataset: lines(),
  },
])('$name is the same above 2 GiB and in both builds', ({ settings, dataset }) => {
  const expected = history(machine(settings, { dataset }));
  expect(history(machine(settings, { dataset, shared: true }))).toEqual(expected);
  const high = new Evolution(lifted(ground(settings, { dataset }), HALF, false));
  high.init();
  expect(history(high)).toEqual(expected);
});

describe('a plan of more than 2 GiB', () => {
  // 6 x 4000 + 4000 x 900: 3.6 million weights, 14.5 MB; 80 parents of the even and 80 of the odd generations. The memory is lazy:
  // only parents that are drawn are ever written.
  const settings = weights({
    network: sequential(layer('Dense', { units: 4000, activation: 'relu' }), layer('Dense', { units: 900 }), layer('Dense', { units: 3 })),
    population: 160,
    algorithm: ga({ parents: 80, elites: 1, block: 160 }),
    init: { name: 'glorot', scale: 1, founders: 2 },
    batch: [{ generation: 0, size: 3 }],
  });

  /** Two generations by made-up losses; a few individuals of each are measured. */
  function digests(evolution: Evolution): unknown[] {
    const out: unknown[] = [evolution.digest()];
    for (let g = 0; g < 2; g++) {
      const losses = Float32Array.from({ length: 160 }, (_, i) => ((i + g) * 37) % 160);
      const selection = evolution.select(losses);
      expect(evolution.advance(selection)).toBe(true);
      evolution.collectBatch();
      out.push(evolution.digest(), Array.from(evolution.evaluate(0, 3) ?? []));
    }
    return out;
  }

  it('agrees with the same run whose parents live outside', () => {
    const inside = machine(settings);
    const { plan } = inside;
    expect(plan.outside).toBe(false);
    expect(plan.bytes).toBeGreaterThan(HALF);
    expect(plan.threads[0].weights).toBeGreaterThan(HALF);
    const expected = digests(inside);
    const outside = machine(settings, { limit: 2 ** 29 });
    expect(outside.plan.outside).toBe(true);
    expect(outside.plan.bytes).toBeLessThan(2 ** 29);
    expect(digests(outside)).toEqual(expected);
    expect(new Set(expected.map(String)).size).toBe(5);
  });
});

describe('identity', () => {
  const [own, shared] = engine.files;

  it('is the SHA-256 of both modules in their order', async () => {
    const whole = Buffer.concat(ENGINE_FILES.map((name) => engine.files.find((file) => file.name === name)?.bytes as Uint8Array));
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', whole)).toString('hex');
    expect(engine.sha256).toBe(hash);
    expect((await engineFrom([shared, own], hash)).sha256).toBe(hash);
  });

  it('refuses another engine than the one asked for, naming both', async () => {
    const other = engine.sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    const refused = engineFrom(engine.files, other);
    await expect(refused).rejects.toThrow(EngineError);
    await expect(refused).rejects.toThrow(`the engine is ${engine.sha256.slice(0, 12)}..., but ${other.slice(0, 12)}... is asked for`);
  });

  it.each([0, 1])('changes with a byte of module %i', async (which) => {
    // A custom section behind the code: another module that does the same.
    const files = engine.files.map((file, i) =>
      i === which ? { ...file, bytes: new Uint8Array([...file.bytes, 0, 3, 1, 0x78, 0]) } : file,
    );
    const other = await engineFrom(files);
    expect(other.sha256).not.toBe(engine.sha256);
    expect(other.sha256).toMatch(/^[0-9a-f]{64}$/);
    await expect(engineFrom(files, engine.sha256)).rejects.toThrow(EngineError);
    const settings = weights({ population: 8 });
    expect(evolve(machine(settings, { engine: other }), 2)).toEqual(evolve(machine(settings), 2));
  });

  it('refuses a missing module and one that does not compile', async () => {
    await expect(engineFrom([own])).rejects.toThrow("the engine's engine.shared.wasm is missing");
    const broken = { ...own, bytes: own.bytes.slice(0, 100) };
    await expect(engineFrom([broken, shared])).rejects.toThrow(EngineError);
  });
});

it('instantiating writes nothing: static data lies below what the host may use, and is the same each time', () => {
  for (const sharing of [false, true]) {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: sharing });
    const base = instantiate(engine, memory).heapBase();
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0x5a, base);
    const before = Buffer.from(bytes);
    instantiate(engine, memory);
    expect(Buffer.from(bytes).equals(before)).toBe(true);
    expect(before.subarray(base).every((byte) => byte === 0x5a)).toBe(true);
  }
});
