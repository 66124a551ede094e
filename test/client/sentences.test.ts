// What charts say in words.
import { describe, expect, it } from 'vitest';
import { timeTick } from '../../client/charts/steps.ts';
import { least, lossSentence, moved, restlessness } from '../../client/pages/run/sentences.ts';

const NaNs = [Number.NaN, Number.NaN];
const none = { loss: NaNs, accuracy: NaNs };

it('a course: between the first and the last that are finite', () => {
  expect(moved([Number.NaN, 2, 5, 1, Number.POSITIVE_INFINITY])).toBe('fell from 2 to 1');
  expect(moved([1, 2])).toBe('rose from 1 to 2');
  expect(moved([1, 1.001])).toBe('stayed at 1.001');
  expect(moved([3])).toBe('is 3');
  expect(moved(NaNs)).toBeNull();
});

it('the least so far, of those that are finite', () => {
  expect(least([3, Number.NaN, 1, 2, Number.NEGATIVE_INFINITY])).toBe(1);
  expect(least(NaNs)).toBeNull();
  expect(least([])).toBeNull();
});

describe('loss', () => {
  it('with and without validation', () => {
    const scores = (loss: number[], accuracy = NaNs) => ({ loss, accuracy });
    expect(lossSentence('2 generations', [2, 1], scores([1.5, Number.NaN], [0.5, Number.NaN]), none)).toBe(
      'The best loss fell from 2 to 1 over 2 generations; at the latest validation it is 1.5, the accuracy 50.0%.',
    );
    expect(
      lossSentence('2 generations', [2, 1], scores([1.5, Number.NaN], [0.5, Number.NaN]), scores([1.25, Number.NaN], [0.75, Number.NaN])),
    ).toBe(
      'The best loss fell from 2 to 1 over 2 generations; at the latest validation it is 1.5, the accuracy 50.0%; on train examples 1.25, the accuracy 75.0%.',
    );
    expect(lossSentence('2 generations', [2, 1], scores([Number.NaN, 1.2]), none)).toBe(
      'The best loss fell from 2 to 1 over 2 generations; at the latest validation it is 1.2.',
    );
    expect(lossSentence('2 generations', [2, 1], none, none)).toBe('The best loss fell from 2 to 1 over 2 generations.');
  });

  it('of one generation, and of none that is finite', () => {
    expect(lossSentence('1 generation', [2], none, none)).toBe('One generation so far: its best loss is 2.');
    expect(lossSentence('2 generations', NaNs, none, none)).toBe('No loss was finite yet.');
  });
});

it('how much weights move, at first and at last', () => {
  const rows = Array.from({ length: 100 }, (_, row) => (row < 50 ? [row % 2, -(row % 2)] : [0, 0]));
  expect(restlessness(rows.flat(), 2)).toEqual({ first: 1, last: 0 });
  expect(restlessness([1, 2, 3, 4], 2)).toBeNull();
  expect(restlessness([], 0)).toBeNull();
});

it('times on an axis', () => {
  expect([0, 45, 60, 90, 3600, 5400, 86_400, 129_600].map(timeTick)).toEqual([
    '0',
    '45 s',
    '1 min',
    '1:30 min',
    '1 h',
    '1:30 h',
    '1 d',
    '1:12 d',
  ]);
});
