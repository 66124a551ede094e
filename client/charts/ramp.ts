// Colours from nothing to most, with lightness in even steps: from the surface over the accent to the text's colour, in the theme's own
// colours, so that it reads in light and in dark. Steps are even in OKLab (https://bottosson.github.io/posts/oklab/).
import { colour } from './colours.ts';

const SHADES = 256;

type Triple = [number, number, number];

/** [256][4] bytes, red green blue alpha. */
export function ramp(): Uint8ClampedArray {
  const stops = ['--surface', '--accent', '--text'].map((name) => toLab(parse(colour(name))));
  const [from, middle, to] = stops;
  // Where the middle one's own lightness falls.
  const bend = Math.min(0.9, Math.max(0.1, (middle[0] - from[0]) / (to[0] - from[0])));
  const out = new Uint8ClampedArray(SHADES * 4);
  for (let i = 0; i < SHADES; ++i) {
    const at = i / (SHADES - 1);
    const [a, b, part] = at < bend ? [from, middle, at / bend] : [middle, to, (at - bend) / (1 - bend)];
    const [red, green, blue] = fromLab([0, 1, 2].map((k) => a[k] + (b[k] - a[k]) * part) as Triple);
    out.set([red, green, blue, 255], i * 4);
  }
  return out;
}

/** Of any colour that CSS knows: a canvas gives it back as #rrggbb. */
function parse(colour: string): Triple {
  const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
  context.fillStyle = colour;
  const hex = String(context.fillStyle);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) || 0) as Triple;
}

function toLab(rgb: Triple): Triple {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([light, a, b]: Triple): Triple {
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((value) => 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055)) as Triple;
}
