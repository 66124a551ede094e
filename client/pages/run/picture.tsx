// An example of a dataset of images, drawn pixel by pixel.
import { useLayoutEffect, useRef } from 'preact/hooks';

export const isImage = (shape: number[]): boolean =>
  shape.length === 3 && (shape[2] === 1 || shape[2] === 3) && shape[0] > 1 && shape[1] > 1;

/** `pixels`: [height][width][channels], 0 to 1. */
export function Picture({ pixels, shape, label }: { pixels: Float32Array; shape: number[]; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width, channels] = shape;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(width, height);
    for (let i = 0; i < width * height; ++i) {
      for (let c = 0; c < 3; ++c) image.data[i * 4 + c] = pixels[i * channels + (channels === 3 ? c : 0)] * 255;
      image.data[i * 4 + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels]);
  return <canvas ref={canvas} class="picture" width={width} height={height} role="img" aria-label={label} />;
}
