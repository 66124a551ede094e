// Windows over images, of all shapes that Keras knows.
import fc from 'fast-check';
import { type Sliding, same, valid } from '../../reference/kernels.ts';

export interface Slid extends Sliding {
  padding: 'same' | 'valid';
}

export function sliding(
  sizes: { height: number; width: number; channels: number; kernel: [number, number]; strides: [number, number] },
  padding: 'same' | 'valid',
): Slid {
  const { height, width, channels, kernel, strides } = sizes;
  const extent = padding === 'same' ? same : valid;
  const y = extent(height, kernel[0], strides[0]);
  const x = extent(width, kernel[1], strides[1]);
  return {
    padding,
    height,
    width,
    channels,
    outHeight: y.out,
    outWidth: x.out,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideY: strides[0],
    strideX: strides[1],
    padTop: y.before,
    padLeft: x.before,
  };
}

const upTo = (max: number) => fc.integer({ min: 1, max });

/** With `same` the window may be larger than the image; strides may be larger than the window, and leave pixels out. */
export const anySliding: fc.Arbitrary<Slid> = fc
  .record({
    height: upTo(9),
    width: upTo(9),
    channels: upTo(5),
    kernel: fc.tuple(upTo(6), upTo(6)),
    strides: fc.tuple(upTo(4), upTo(4)),
    padding: fc.constantFrom('same' as const, 'valid' as const),
  })
  .filter(({ height, width, kernel, padding }) => padding === 'same' || (kernel[0] <= height && kernel[1] <= width))
  .map(({ padding, ...sizes }) => sliding(sizes, padding));

/** In the order in which the pooling kernels take it. */
export const poolArguments = (s: Sliding) =>
  [
    s.height,
    s.width,
    s.channels,
    s.outHeight,
    s.outWidth,
    s.kernelHeight,
    s.kernelWidth,
    s.strideY,
    s.strideX,
    s.padTop,
    s.padLeft,
  ] as const;
