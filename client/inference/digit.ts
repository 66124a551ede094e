// A drawing, made into what MNIST's digits are: scaled to fit 20 x 20 with its proportions kept, greys from averaging, and put so that its
// centre of mass is the middle of 28 x 28 (http://yann.lecun.com/exdb/mnist/).

export const SIDE = 28;
const FITS = 20;

/** `ink`: [size][size], 0 to 1. Returns [28][28], 0 to 1; null where nothing was drawn. */
export function centreDigit(ink: Float32Array, size: number): Float32Array | null {
  const box = bounds(ink, size);
  if (!box) return null;
  const { left, top, width, height } = box;
  const scale = FITS / Math.max(width, height);
  const small = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const picture = shrink(ink, size, left, top, width, height, small.width, small.height);
  const mass = centreOfMass(picture, small.width, small.height);
  // Whole pixels: what lies between them would be blurred once more.
  const dx = Math.round((SIDE - 1) / 2 - mass.x);
  const dy = Math.round((SIDE - 1) / 2 - mass.y);
  const out = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < small.height; ++y) {
    for (let x = 0; x < small.width; ++x) {
      const [toX, toY] = [x + dx, y + dy];
      if (toX >= 0 && toX < SIDE && toY >= 0 && toY < SIDE) out[toY * SIDE + toX] = picture[y * small.width + x];
    }
  }
  return out;
}

/** Less is no ink: edges of strokes that are hardly there. */
const FAINT = 0.1;

function bounds(ink: Float32Array, size: number): { left: number; top: number; width: number; height: number } | null {
  let [left, top, right, bottom] = [size, size, -1, -1];
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      if (ink[y * size + x] < FAINT) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Each pixel is the average of what it covers. */
function shrink(
  ink: Float32Array,
  size: number,
  left: number,
  top: number,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Float32Array {
  const out = new Float32Array(toWidth * toHeight);
  const [stepX, stepY] = [width / toWidth, height / toHeight];
  for (let y = 0; y < toHeight; ++y) {
    for (let x = 0; x < toWidth; ++x) {
      let sum = 0;
      for (let sy = Math.floor(y * stepY); sy < (y + 1) * stepY; ++sy) {
        const tall = Math.min((y + 1) * stepY, sy + 1) - Math.max(y * stepY, sy);
        for (let sx = Math.floor(x * stepX); sx < (x + 1) * stepX; ++sx) {
          const wide = Math.min((x + 1) * stepX, sx + 1) - Math.max(x * stepX, sx);
          if (top + sy < size && left + sx < size) sum += ink[(top + sy) * size + left + sx] * tall * wide;
        }
      }
      out[y * toWidth + x] = Math.min(1, sum / (stepX * stepY));
    }
  }
  return out;
}

export function centreOfMass(picture: Float32Array, width: number, height: number): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  for (let row = 0; row < height; ++row) {
    for (let column = 0; column < width; ++column) {
      const value = picture[row * width + column];
      mass += value;
      x += value * column;
      y += value * row;
    }
  }
  return mass ? { x: x / mass, y: y / mass } : { x: (width - 1) / 2, y: (height - 1) / 2 };
}
