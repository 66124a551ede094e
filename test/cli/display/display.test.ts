import { describe, expect, test } from 'vitest';
import { LineDisplay } from '../../../cli/display/lines.ts';
import { bytes, counted, duration, loss, percent } from '../../../cli/display/numbers.ts';
import { Progress } from '../../../cli/display/progress.ts';
import { History, sparkline } from '../../../cli/display/sparkline.ts';
import { summary } from '../../../cli/display/summary.ts';
import { done, generation, title } from '../events.ts';

test('numbers are written for people', () => {
  expect([0, 999, 12345678, Number.POSITIVE_INFINITY].map(counted)).toEqual(['0', '999', '12,345,678', '-']);
  expect([0, 0.43098, 12.345, 0.000012, 123456, 1e7, Number.POSITIVE_INFINITY].map(loss)).toEqual([
    '0',
    '0.4310',
    '12.35',
    '1.20e-5',
    '123456',
    '1.00e+7',
    'infinite',
  ]);
  expect([0, 0.873, 1].map(percent)).toEqual(['0.0 %', '87.3 %', '100.0 %']);
  expect([0, 7.4, 754, 3723, Number.POSITIVE_INFINITY].map(duration)).toEqual(['0:00', '0:07', '12:34', '1:02:03', '-:--']);
  expect([0, 512, 999, 1700, 12_345, 1_700_000, 999_600].map(bytes)).toEqual([
    '0 B',
    '512 B',
    '999 B',
    '1.7 kB',
    '12 kB',
    '1.7 MB',
    '1.0 MB',
  ]);
});

describe('a sparkline', () => {
  test.each<[number[], number, string]>([
    [[], 5, ''],
    [[1], 5, '▁'],
    [[3, 3, 3], 5, '▁▁▁'],
    [[7, 6, 5, 4, 3, 2, 1, 0], 8, '█▇▆▅▄▃▂▁'],
    [[7, 7, 0, 0], 2, '█▁'],
    [[1, Number.POSITIVE_INFINITY, 0], 3, '█ ▁'],
    [[Number.POSITIVE_INFINITY], 3, ' '],
  ])('of %j in %i columns', (values, width, expected) => {
    expect(sparkline(values, width)).toBe(expected);
  });

  test('of a million generations takes bounded memory and keeps the shape', () => {
    const history = new History();
    for (let i = 0; i < 1_000_000; i++) history.push(1_000_000 - i);
    expect(history.values.length).toBeLessThan(2048);
    expect(sparkline(history.values, 8)).toBe('█▇▆▅▄▃▂▁');
  });
});

describe('without a terminal', () => {
  test('there is a line at the start, every few seconds, and at the end', () => {
    let now = 0;
    const lines: string[] = [];
    const display = new LineDisplay(new Progress({ ...title, generations: 12 }, () => now), (line) => lines.push(line));
    for (let g = 0; g < 12; g++) {
      now = g + 1;
      display.on(generation(g));
    }
    display.on(done({ generations: 12 }));
    expect(lines).toEqual([
      'mnist: es, population 1,024, 12 generations, seed 7, 2 threads\n',
      'generation 1/12  best 2.0000  mean 3.0000  validation 87.5 %\n',
      'generation 6/12  best 0.3333  mean 0.5000  validation 87.5 %  1,024/s  0:06 left\n',
      'generation 11/12  best 0.1818  mean 0.2727  validation 87.5 %  1,024/s  0:01 left\n',
      'generation 12/12  best 0.1667  mean 0.2500  validation 87.5 %  1,024/s\n',
    ]);
  });
});

describe('the summary', () => {
  const options = { seed: 7n, folder: 'runs/a', experiment: 'mnist' };

  test('of a finished run', () => {
    expect(summary(done(), options)).toEqual([
      'Finished after 200 generations and 1:40.',
      '  champion    the centre of generation 5',
      '  seed        7',
      '  validation  accuracy 87.5 %, loss 0.5000',
      '  test        accuracy 86.0 %, loss 0.5625',
      '  digest      0123456789abcdef0123456789abcdef',
      '  evaluations 204,800, 2,048 per second',
      '',
      '  germline export runs/a --format tfjs',
      '  germline replay runs/a',
    ]);
  });

  test('of a stopped run says how to go on', () => {
    expect(summary(done({ reason: 'stopped' }), options)).toContain('  germline run --resume runs/a');
    expect(summary(done({ reason: 'stopped' }), { ...options, folder: null }).at(-1)).toContain('germline run mnist --out DIR');
  });

  test('of a run that diverged says what to try', () => {
    expect(summary(done({ reason: 'diverged' }), options).join(' ')).toContain('smaller step');
  });

  test('fits 40 columns where nobody gave long names', () => {
    for (const line of summary(done(), options, 40)) expect(line.length).toBeLessThanOrEqual(40);
  });
});
