// What a network takes for what.
import { expect, it } from 'vitest';
import { guess, judge, pick, worstConfusion } from '../../client/inference/confusion.ts';

// Four examples of three classes.
const OUTPUTS = Float32Array.from([0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.3, 0.6, 0.1, 0.1, 0.5, 0.4]);
const TARGETS = [0, 1, 0, 2];

it('the first of equal outputs is the guess', () => {
  expect(guess(Float32Array.from([1, 3, 3]))).toBe(1);
  expect(guess(Float32Array.from([-5, -2, -9]))).toBe(1);
});

it('counts examples by class and guess', () => {
  const { matrix, right, guesses, count } = judge(OUTPUTS, TARGETS, 3);
  expect(Array.from(matrix)).toEqual([1, 1, 0, 0, 1, 0, 0, 1, 0]);
  expect([right, count]).toEqual([2, 4]);
  expect(Array.from(guesses)).toEqual([0, 1, 1, 1]);
});

it('the surest mistakes come first, and what was right by a hair', () => {
  const verdicts = judge(OUTPUTS, TARGETS, 3);
  expect(pick(verdicts, TARGETS, 'wrong', 0, 9)).toEqual([2, 3]);
  expect(pick(verdicts, TARGETS, 'right', 0, 9)).toEqual([1, 0]);
  expect(pick(verdicts, TARGETS, 'right', 1, 1)).toEqual([0]);
  expect(pick(verdicts, TARGETS, { target: 2, guess: 1 }, 0, 9)).toEqual([3]);
  expect(pick(verdicts, TARGETS, { target: 2, guess: 2 }, 0, 9)).toEqual([]);
});

it('the pair that is confused most', () => {
  expect(worstConfusion({ classes: 2, matrix: Uint32Array.from([5, 0, 3, 5]) })).toEqual({ target: 1, guess: 0, count: 3 });
  expect(worstConfusion({ classes: 2, matrix: Uint32Array.from([5, 0, 0, 5]) })).toBeNull();
});
