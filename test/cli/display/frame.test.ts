import { describe, expect, test } from 'vitest';
import { frame, widthOf } from '../../../cli/display/frame.ts';
import { Progress } from '../../../cli/display/progress.ts';
import { generation, title } from '../events.ts';

/** A run of one generation a second, up to and without `end`. */
function progressAt(end: number, fields: Partial<typeof title> = {}): Progress {
  let now = 0;
  const progress = new Progress({ ...title, ...fields }, () => now);
  for (let g = 0; g < end; g++) {
    now = g + 1;
    progress.add(generation(g));
  }
  return progress;
}

const text = (progress: Progress, columns: number, note: string | null = null) =>
  frame(progress, columns, note).map((line) => line.map((span) => span.text).join(''));

describe('a frame', () => {
  test('of 79 columns', () => {
    expect(text(progressAt(50), 79)).toEqual([
      'mnist · seed 7 · es · population 1,024 · 2 threads',
      'generation   50/200 ━━━━━━━━━━━───────────────────────────────  25 %  2:30 left',
      'loss        best 0.0400  mean 0.0600  █▄▃▃▂▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁',
      'validation  accuracy 87.5 %  loss 0.5000  champion 87.5 % of generation 45',
      'speed       1,024 evaluations/s  0:50 elapsed',
    ]);
  });

  test('of 100 columns has room for the train score', () => {
    expect(text(progressAt(50), 100)[3]).toBe('validation  accuracy 87.5 %  loss 0.5000  train 93.8 %  champion 87.5 % of generation 45');
  });

  test('of 39 columns', () => {
    expect(text(progressAt(50), 39)).toEqual([
      'mnist · seed 7 · es · population 1,024',
      ' 50/200 ━━━━──────────  25 %  2:30 left',
      'best 0.0400  mean 0.0600  █▃▂▂▁▁▁▁▁▁▁▁▁',
      'validation accuracy 87.5 %  loss 0.5000',
      '1,024 evaluations/s  0:50 elapsed',
    ]);
  });

  test('before the first generation', () => {
    expect(text(progressAt(0), 60, 'starting')).toEqual([
      'mnist · seed 7 · es · population 1,024 · 2 threads',
      'generation    0/200  starting',
      'loss        no generation is over yet',
      'validation  none yet',
      'speed       - evaluations/s  0:00 elapsed',
    ]);
  });

  test.each(Array.from({ length: 130 }, (_, columns) => columns + 1))('of %i columns has no wider line', (columns) => {
    for (const generations of [0, 1, 50, 200]) {
      const progress = progressAt(generations, { name: 'a-name-that-goes-on-and-on', seed: 2n ** 64n - 1n });
      for (const line of frame(progress, columns)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    }
  });
});

describe('remaining time', () => {
  test('follows the speed of the last seconds', () => {
    expect(progressAt(50).remaining).toBe(150);
  });

  test('is not longer than the time limit', () => {
    expect(progressAt(50, { minutes: 1 }).remaining).toBe(10);
  });

  test('is unknown at the start', () => {
    expect(progressAt(1).remaining).toBeNull();
  });
});
