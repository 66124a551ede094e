import fc from 'fast-check';
import { beforeEach, describe, it } from 'vitest';
import { conv2d, type Sliding } from '../../reference/kernels.ts';
import { Arena } from './arena.ts';
import { numbers } from './numbers.ts';
import { fromPanels, toPanels } from './panels.ts';
import { sameBits } from './same-bits.ts';
import { anySliding, sliding } from './sliding.ts';

const arena = new Arena();
const { engine } = arena;
beforeEach(() => arena.clear());

function held(s: Sliding, filters: number, panels: number, floor: number, seed: number, odd: number): void {
  arena.clear();
  const samples = panels * 8;
  const [before, after] = [s.height * s.width * s.channels, s.outHeight * s.outWidth * filters];
  const x = numbers(seed, samples * before, odd);
  const w = numbers(seed + 1, s.kernelHeight * s.kernelWidth * s.channels * filters, odd);
  const bias = numbers(seed + 2, filters, odd);
  const out = arena.room(samples * after * 4);
  const scratch = arena.scratch(engine.conv2dScratch(s.kernelHeight, s.kernelWidth, s.channels, filters));
  const [from, kernel, offsets] = [toPanels(x, samples, before), w, bias].map((values) => arena.input(values));
  engine.conv2d(
    from,
    kernel,
    offsets,
    out,
    panels,
    s.height,
    s.width,
    s.channels,
    s.outHeight,
    s.outWidth,
    filters,
    s.kernelHeight,
    s.kernelWidth,
    s.strideY,
    s.strideX,
    s.padTop,
    s.padLeft,
    scratch,
    floor,
  );
  arena.check();
  sameBits(fromPanels(arena.floats(out, samples * after), samples, after), conv2d(x, w, bias, samples, s, filters, floor));
}

describe('conv2d', () => {
  it('has the bits of the scalar convolution, for every kernel, stride and padding', () => {
    fc.assert(
      fc.property(
        anySliding,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom(0, Number.NEGATIVE_INFINITY),
        fc.nat(),
        fc.constantFrom(0, 0, 0.01),
        held,
      ),
      { numRuns: 400 },
    );
  });

  it.each([
    ['a pixel, 1x1', { height: 1, width: 1, channels: 1, kernel: [1, 1], strides: [1, 1] }, 'valid', 1],
    ['1x1 over many channels', { height: 3, width: 4, channels: 19, kernel: [1, 1], strides: [1, 1] }, 'same', 7],
    ['a kernel as large as the image', { height: 6, width: 5, channels: 2, kernel: [6, 5], strides: [1, 1] }, 'valid', 3],
    ['a kernel larger than the image', { height: 2, width: 3, channels: 3, kernel: [7, 8], strides: [1, 2] }, 'same', 5],
    ['strides that skip pixels', { height: 11, width: 10, channels: 3, kernel: [2, 1], strides: [4, 3] }, 'same', 6],
    ['a row', { height: 1, width: 17, channels: 4, kernel: [1, 5], strides: [1, 2] }, 'same', 13],
    ['the first layer of a digit network', { height: 28, width: 28, channels: 1, kernel: [5, 5], strides: [1, 1] }, 'same', 8],
  ] as const)('%s', (_name, sizes, padding, filters) => {
    const { kernel, strides, ...rest } = sizes;
    const s = sliding({ ...rest, kernel: [...kernel], strides: [...strides] }, padding);
    held(s, filters, 2, Number.NEGATIVE_INFINITY, 11, 0);
  });
});
