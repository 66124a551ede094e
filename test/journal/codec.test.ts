import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDone, encodeDone } from '../../journal/done.ts';
import { binEdges, decodeHistogram, encodeHistogram, HISTOGRAM_BINS, shrinkLosses } from '../../journal/histogram.ts';
import { chainRecord, checkRecord, encodeHead, type JournalRecord, keptOf, type NewRecord } from '../../journal/record.ts';
import { RECORD_COLUMNS, type RecordRow, recordFrom, rowOf } from '../../journal/row.ts';

const number = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, Number.POSITIVE_INFINITY, Number.MIN_VALUE, 2 ** 53));
const count = fc.oneof(fc.nat(), fc.maxSafeNat());
const digest = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const score = fc.record({ loss: number, accuracy: fc.option(number) });
const losses = fc.float32Array({ maxLength: 40, noNaN: true });

const record: fc.Arbitrary<NewRecord> = fc.record({
  generation: count,
  digest,
  losses,
  selection: fc.uint8Array({ maxLength: 200 }),
  best: number,
  mean: number,
  validation: fc.option(score),
  champion: fc.option(fc.record({ generation: count, individual: fc.oneof(count, fc.constant(-1)), validation: score, digest })),
  evaluations: count,
  seconds: number,
});

const hashOf = (values: Float32Array): Uint8Array =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest();

describe('a record', () => {
  test('comes back from an SQLite row with the same bits under the checksum', () => {
    const database = new DatabaseSync(':memory:');
    const types = RECORD_COLUMNS.map((column) =>
      /digest|hash|selection/.test(column) ? 'BLOB' : /^(best|mean|seconds|.*(loss|accuracy))$/.test(column) ? 'REAL' : 'INTEGER',
    );
    database.exec(`CREATE TABLE records (${RECORD_COLUMNS.map((column, i) => `${column} ${types[i]}`).join(', ')}) STRICT`);
    const insert = database.prepare(`INSERT INTO records VALUES (${RECORD_COLUMNS.map(() => '?').join(', ')})`);
    const select = database.prepare('SELECT * FROM records');
    fc.assert(
      fc.property(record, (given) => {
        checkRecord(given);
        const kept = keptOf(given, hashOf(given.losses));
        insert.run(...rowOf(kept));
        const back = recordFrom(select.get() as RecordRow);
        database.exec('DELETE FROM records');
        expect({ ...back, selection: Buffer.from(back.selection), lossesHash: Buffer.from(back.lossesHash) }).toEqual({
          ...kept,
          selection: Buffer.from(kept.selection),
          lossesHash: Buffer.from(kept.lossesHash),
        });
        expect(encodeHead(back)).toEqual(encodeHead(kept));
      }),
      { numRuns: 500 },
    );
  });

  test('has another checksum when any part of it changes', () => {
    const changes: ((r: JournalRecord) => JournalRecord)[] = [
      (r) => ({ ...r, generation: r.generation + 1 }),
      (r) => ({ ...r, digest: r.digest.replace(/^./, (c) => (c === '0' ? '1' : '0')) }),
      (r) => ({ ...r, selection: Uint8Array.of(...r.selection, 0) }),
      (r) => ({ ...r, best: r.best === 1 ? 2 : 1 }),
      (r) => ({ ...r, mean: r.mean === 1 ? 2 : 1 }),
      (r) => ({ ...r, evaluations: r.evaluations === 1 ? 2 : 1 }),
      (r) => ({ ...r, seconds: r.seconds === 1 ? 2 : 1 }),
      (r) => ({ ...r, population: r.population + 1 }),
      (r) => ({ ...r, lossesHash: r.lossesHash.map((byte, i) => (i === 31 ? byte ^ 1 : byte)) }),
      (r) => ({ ...r, validation: r.validation ? null : { loss: 0, accuracy: null } }),
      (r) => ({ ...r, validation: { loss: 0, accuracy: r.validation?.accuracy === 0 ? null : 0 } }),
      (r) => ({
        ...r,
        champion: r.champion ? null : { generation: 0, individual: 0, validation: { loss: 0, accuracy: null }, digest: '0'.repeat(32) },
      }),
    ];
    const root = new Uint8Array(32);
    fc.assert(
      fc.property(
        record.filter((r) => r.generation < 2 ** 52),
        fc.constantFrom(...changes),
        (given, change) => {
          const kept = keptOf(given, hashOf(given.losses));
          expect(chainRecord(root, change(kept))).not.toEqual(chainRecord(root, kept));
          expect(chainRecord(Uint8Array.of(1), kept)).not.toEqual(chainRecord(root, kept));
        },
      ),
    );
  });
});

describe('a histogram', () => {
  const mixed = fc.array(
    fc.oneof(
      fc.float({ noNaN: true }),
      fc.float({ noNaN: true, min: Math.fround(1e-6), max: 10 }),
      fc.constantFrom(0, -0, Number.POSITIVE_INFINITY),
    ),
    { maxLength: 300 },
  );

  test('counts every loss once, in a bin that holds it', () => {
    fc.assert(
      fc.property(mixed, (values) => {
        const given = Float32Array.from(values);
        const histogram = shrinkLosses(given);
        const finite = given.filter(Number.isFinite);
        expect(histogram.count).toBe(given.length);
        expect(histogram.infinite).toBe(given.length - finite.length);
        expect(histogram.bins.reduce((sum, n) => sum + n, 0)).toBe(finite.length);
        if (finite.length === 0) return;
        expect(histogram.minimum).toBe(finite.reduce((a, b) => Math.min(a, b)) + 0);
        expect(histogram.maximum).toBe(finite.reduce((a, b) => Math.max(a, b)) + 0);
        const slack = (histogram.maximum - histogram.minimum) * 1e-9;
        for (let bin = 0; bin < HISTOGRAM_BINS; bin++) {
          if (histogram.bins[bin] === 0) continue;
          const [low, high] = binEdges(histogram, bin);
          const inside = finite.filter(
            (loss) => loss >= low - slack - Math.abs(low) * 1e-9 && loss <= high + slack + Math.abs(high) * 1e-9,
          );
          expect(inside.length).toBeGreaterThanOrEqual(histogram.bins[bin]);
        }
      }),
    );
  });

  test('comes back from its bytes', () => {
    fc.assert(
      fc.property(mixed, (values) => {
        const histogram = shrinkLosses(Float32Array.from(values));
        expect(decodeHistogram(encodeHistogram(histogram))).toEqual(histogram);
      }),
    );
  });

  test('bytes that are none are told', () => {
    expect(decodeHistogram(new Uint8Array(3))).toBeUndefined();
    expect(decodeHistogram(new Uint8Array(encodeHistogram(shrinkLosses(new Float32Array(1))).length))).toBeUndefined();
  });

  test('spreads losses over decades in equal ratios', () => {
    const histogram = shrinkLosses(Float32Array.from({ length: 64 }, (_, i) => 10 ** (i / 8)));
    expect(histogram.scale).toBe('log');
    expect(Math.max(...histogram.bins)).toBeLessThanOrEqual(3);
    expect(shrinkLosses(Float32Array.of(1, 2, 3)).scale).toBe('linear');
  });
});

test('how a run ended keeps its infinities', () => {
  const done = {
    event: 'done',
    generations: 3,
    reason: 'diverged',
    digest: '0'.repeat(32),
    best: Number.POSITIVE_INFINITY,
    champion: null,
    validation: { loss: Number.POSITIVE_INFINITY, accuracy: 0 },
    test: null,
    evaluations: 9,
    seconds: 1.5,
    evaluationsPerSecond: 6,
  } as const;
  expect(decodeDone(encodeDone(done))).toEqual(done);
});
