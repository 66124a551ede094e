// The transcript in docs/protocol.md is what the codec makes of these messages. UPDATE_TRANSCRIPT=1 writes it anew.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage } from '../../protocol/codec.ts';
import { hello, type ServerMessage, serverMessage, type WorkerHello, type WorkerMessage, workerMessage } from '../../protocol/messages.ts';

const FILE = fileURLToPath(new URL('../../docs/protocol.md', import.meta.url));
const MARKS = ['<!-- transcript -->', '<!-- /transcript -->'];
const COLUMNS = 32;

const engine = 'b359d95f639a7d83a1fdbfe87b8c7efc39f6bf1173f5c4a825b8281a9fd9e6ad';
const dataset = '9f8c0d0e4f9c5a7b3b1e2d6a5c4f3e2d1c0b9a8f7e6d5c4b3a29181706f5e4d3';
const before = Uint8Array.from({ length: 16 }, (_, i) => i * 3);
const after = Uint8Array.from({ length: 16 }, (_, i) => 255 - i);
const losses = new Uint8Array(Float32Array.of(0.625, 0.5, 0.75, Number.POSITIVE_INFINITY).buffer);
const run = 'xor-4f21c0';

const SESSION: ({ to: 'server'; message: WorkerHello | WorkerMessage } | { to: 'worker'; message: ServerMessage })[] = [
  {
    to: 'server',
    message: {
      type: 'hello',
      protocol: 1,
      token: null,
      role: 'worker',
      name: 'laptop',
      kind: 'other',
      engine,
      threads: 2,
      memory: 2_000_000_000,
      isolated: true,
      evaluators: ['wasm'],
    },
  },
  { to: 'worker', message: { type: 'welcome', id: 'c1', protocol: 1, version: '0.1.0', engine } },
  {
    to: 'worker',
    message: {
      type: 'run',
      run,
      experiment: { kind: 'weights', name: 'xor', population: 8 },
      seed: '7',
      dataset,
      started: false,
      generation: 0,
      digest: before,
    },
  },
  { to: 'server', message: { type: 'ready', run, generation: 0, digest: before } },
  { to: 'worker', message: { type: 'task', run, generation: 0, task: 1, first: 0, count: 4, attempt: 0 } },
  { to: 'worker', message: { type: 'task', run, generation: 0, task: 2, first: 4, count: 4, attempt: 0 } },
  { to: 'server', message: { type: 'result', task: 1, losses, digest: before, ms: 2.5 } },
  { to: 'worker', message: { type: 'cancel', tasks: [2] } },
  { to: 'worker', message: { type: 'commit', run, generation: 0, selection: Uint8Array.of(1, 0, 0, 0), digest: after } },
  { to: 'worker', message: { type: 'forget', run } },
  { to: 'server', message: { type: 'leave' } },
];

function hexOf(frame: Uint8Array): string {
  const pairs = Array.from(frame, (byte) => byte.toString(16).padStart(2, '0'));
  const lines = Array.from({ length: Math.ceil(pairs.length / COLUMNS) }, (_, i) => pairs.slice(i * COLUMNS, (i + 1) * COLUMNS).join(' '));
  return lines.join('\n');
}

const shown = (_key: string, value: unknown) =>
  value instanceof Uint8Array ? `bin ${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}` : value;

function transcript(): string {
  return SESSION.map(({ to, message }) => {
    const frame = encodeMessage(message);
    const title = to === 'server' ? 'worker to server' : 'server to worker';
    return `${title}, ${frame.length} bytes\n\n\`\`\`\n${JSON.stringify(message, shown)}\n\n${hexOf(frame)}\n\`\`\`\n`;
  }).join('\n');
}

test('every message of the transcript is one of the protocol', () => {
  for (const { to, message } of SESSION) {
    const frame = encodeMessage(message);
    const schema = to === 'worker' ? serverMessage : message.type === 'hello' ? hello : workerMessage;
    expect(decodeMessage(schema as typeof serverMessage, frame)).toEqual(message);
  }
});

test('docs/protocol.md shows it', async () => {
  const text = await readFile(FILE, 'utf8');
  const [head, rest] = text.split(MARKS[0]);
  const [, tail] = rest.split(MARKS[1]);
  const fresh = `${head}${MARKS[0]}\n\n${transcript()}\n${MARKS[1]}${tail}`;
  if (process.env.UPDATE_TRANSCRIPT) await writeFile(FILE, fresh);
  else expect(text).toBe(fresh);
});
