// A thousand workers that compute nothing, in one process: swarm-child.ts URL COUNT. Each answers a task at once with made-up losses, the same
// for everyone. Prints `ready` when all are connected.
import { decode, encode } from '@msgpack/msgpack';
import { WebSocket } from 'ws';
import { loadEngine } from '../core/engine.ts';
import { PROTOCOL_VERSION, SOCKET_PATH, SUBPROTOCOL } from '../protocol/limits.ts';

const [url, count = '1000'] = process.argv.slice(2);
const { sha256 } = await loadEngine();
const about = { kind: 'other', engine: sha256, threads: 1, memory: 8e9, isolated: false, evaluators: ['wasm'] };

/** Losses of [first, first + count), any numbers that are no two the same. */
function made(first: number, length: number): Uint8Array {
  const losses = new Float32Array(length);
  for (let i = 0; i < length; ++i) losses[i] = 1 + ((first + i) * 2654435761) / 2 ** 52;
  return new Uint8Array(losses.buffer);
}

function worker(number: number): Promise<void> {
  const socket = new WebSocket(new URL(SOCKET_PATH, url.replace(/^http/, 'ws')), SUBPROTOCOL, { perMessageDeflate: false });
  const digests = new Map<string, { generation: number; digest: Uint8Array }>();
  const say = (message: unknown) => socket.send(encode(message));
  socket.on('open', () =>
    say({ type: 'hello', protocol: PROTOCOL_VERSION, token: null, role: 'worker', name: `idle ${number}`, ...about }),
  );
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      // biome-ignore lint/suspicious/noExplicitAny: our own server's messages
      const message = decode(data) as any;
      if (message.type === 'welcome') resolve();
      else if (message.type === 'error') process.stderr.write(`${message.code}: ${message.message}\n`);
      else if (message.type === 'run') {
        const { run, generation, digest } = message;
        digests.set(run, { generation, digest: digest.slice() });
        say({ type: 'ready', run, generation, digest });
      } else if (message.type === 'commit')
        digests.set(message.run, { generation: message.generation + 1, digest: message.digest.slice() });
      else if (message.type === 'task') {
        const { run, generation, task, first, count: length } = message;
        const held = digests.get(run);
        if (held && held.generation === generation)
          say({ type: 'result', task, losses: made(first, length), digest: held.digest, ms: length * PACE_MS });
      }
    });
  });
}

/** What each claims an individual takes: ranges are cut by it. */
const PACE_MS = 0.05;

for (let i = 0; i < Number(count); i += 50)
  await Promise.all(Array.from({ length: Math.min(50, Number(count) - i) }, (_, at) => worker(i + at)));
process.stdout.write('ready\n');
