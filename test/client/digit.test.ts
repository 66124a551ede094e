// A drawing becomes what MNIST's digits are, wherever and however large it was drawn.
import { describe, expect, it } from 'vitest';
import { centreDigit, centreOfMass, SIDE } from '../../client/inference/digit.ts';

const SIZE = 140;

/** A filled rectangle. */
function block(left: number, top: number, width: number, height: number): Float32Array {
  const ink = new Float32Array(SIZE * SIZE);
  for (let y = top; y < top + height; ++y) ink.fill(1, y * SIZE + left, y * SIZE + left + width);
  return ink;
}

function inked(digit: Float32Array): { left: number; top: number; width: number; height: number } {
  const at = Array.from(digit, (value, i) => (value > 0.5 ? i : -1)).filter((i) => i >= 0);
  const [xs, ys] = [at.map((i) => i % SIDE), at.map((i) => Math.floor(i / SIDE))];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left + 1, height: Math.max(...ys) - top + 1 };
}

const drawn = (ink: Float32Array): Float32Array => centreDigit(ink, SIZE) as Float32Array;

it('nothing drawn is nothing', () => {
  expect(centreDigit(new Float32Array(SIZE * SIZE), SIZE)).toBeNull();
});

describe('fits 20 pixels, with its proportions, in the middle', () => {
  it.each([
    ['upright, at the left', block(3, 10, 20, 100), { left: 12, top: 4, width: 4, height: 20 }],
    ['lying, at the bottom', block(20, 120, 100, 20), { left: 4, top: 12, width: 20, height: 4 }],
    ['small', block(60, 60, 10, 10), { left: 4, top: 4, width: 20, height: 20 }],
    ['all over', block(0, 0, SIZE, SIZE), { left: 4, top: 4, width: 20, height: 20 }],
    ['a dot', block(139, 139, 1, 1), { left: 4, top: 4, width: 20, height: 20 }],
  ])('%s', (_, ink, expected) => {
    expect(inked(drawn(ink))).toEqual(expected);
  });
});

it('does not depend on where it was drawn', () => {
  const shape = (left: number, top: number) => {
    const ink = block(left, top, 12, 80);
    for (const [i, value] of block(left, top + 60, 50, 12).entries()) ink[i] = Math.max(ink[i], value);
    return ink;
  };
  expect(drawn(shape(5, 7))).toEqual(drawn(shape(70, 40)));
});

it('puts the centre of mass in the middle, not the box around it', () => {
  const ink = block(20, 20, 10, 100);
  for (const [i, value] of block(20, 100, 80, 20).entries()) ink[i] = Math.max(ink[i], value);
  const digit = drawn(ink);
  const { x, y } = centreOfMass(digit, SIDE, SIDE);
  const middle = (SIDE - 1) / 2;
  expect(Math.abs(x - middle)).toBeLessThanOrEqual(0.5);
  expect(Math.abs(y - middle)).toBeLessThanOrEqual(0.5);
  const { top } = inked(digit);
  expect(top).toBeLessThan(4);
});

it('edges are grey', () => {
  // A triangle.
  const digit = drawn(Float32Array.from({ length: SIZE * SIZE }, (_, i) => (i % SIZE < Math.floor(i / SIZE) / 2 ? 1 : 0)));
  expect(digit.some((value) => value > 0.1 && value < 0.9)).toBe(true);
  expect(Math.max(...digit)).toBeLessThanOrEqual(1);
});
