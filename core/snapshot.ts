// A snapshot: a JSON head (u32 length, then UTF-8), the state (Evolution.snapshot), the champion's weights. Little-endian throughout.
import type { Champion } from './events.ts';
import type { Evolution } from './evolution.ts';

const VERSION = 1;

/** A snapshot that cannot be read. */
export class SnapshotError extends Error {
  override name = 'SnapshotError';
}

interface Head {
  version: number;
  parameters: number;
  /** Non-finite losses are null, as in all JSON here. */
  champion: Champion | null;
}

export function* writeSnapshot(evolution: Evolution, champion: Champion | null, weights: Float32Array | null): Generator<Uint8Array> {
  const head: Head = { version: VERSION, parameters: evolution.config.network.parameters, champion };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  yield length;
  yield text;
  yield* evolution.snapshot();
  if (weights) yield new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength).slice();
}

/** Restores `evolution`, and returns the champion and whether the state's weights are finite. Throws SnapshotError. */
export function readSnapshot(
  chunks: Iterable<Uint8Array>,
  evolution: Evolution,
): { champion: Champion | null; weights: Float32Array | null; finite: boolean } {
  const read = reader(chunks);
  const length = new DataView(read(4).buffer).getUint32(0, true);
  if (length > 65536) throw new SnapshotError('this is no snapshot');
  const head = headOf(read(length));
  if (head.version !== VERSION) throw new SnapshotError(`the snapshot is of version ${head.version}, this program reads ${VERSION}`);
  const { parameters } = evolution.config.network;
  if (head.parameters !== parameters)
    throw new SnapshotError(`the snapshot holds genomes of ${head.parameters} weights, the network has ${parameters}`);
  const finite = evolution.restore(read);
  if (!head.champion) return { champion: null, weights: null, finite };
  head.champion.validation.loss ??= Number.POSITIVE_INFINITY;
  return { champion: head.champion, weights: new Float32Array(read(parameters * 4).buffer), finite };
}

function headOf(text: Uint8Array): Head {
  try {
    const head = JSON.parse(new TextDecoder().decode(text));
    if (head && typeof head === 'object') return head;
  } catch {
    // Said below.
  }
  throw new SnapshotError('this is no snapshot');
}

/** Returns the next so many bytes each time, in a buffer of their own. */
function reader(chunks: Iterable<Uint8Array>): (bytes: number) => Uint8Array<ArrayBuffer> {
  const source = chunks[Symbol.iterator]();
  let chunk = new Uint8Array(0) as Uint8Array;
  return (bytes) => {
    const out = new Uint8Array(bytes);
    let filled = 0;
    while (filled < bytes) {
      if (!chunk.length) {
        const next = source.next();
        if (next.done) throw new SnapshotError('the snapshot ends too early');
        chunk = next.value;
        continue;
      }
      const part = chunk.subarray(0, bytes - filled);
      out.set(part, filled);
      filled += part.length;
      chunk = chunk.subarray(part.length);
    }
    return out;
  };
}
