// Every message of the WebSocket, both directions: one schema each, types inferred. docs/protocol.md says the same in words.
import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';
import {
  LIST_LENGTH,
  MESSAGE_BYTES,
  NAME_LENGTH,
  RUN_ID_LENGTH,
  TASK_INDIVIDUALS,
  TEXT_LENGTH,
  TOKEN_LENGTH,
  WEIGHTS_TOPIC,
} from './limits.ts';

const u32 = z.int().min(0).max(0xffffffff);
const bytes = (most: number) => z.instanceof(Uint8Array).refine((b) => b.length <= most, `at most ${most} bytes`);
const exactly = (length: number) => z.instanceof(Uint8Array).refine((b) => b.length === length, `exactly ${length} bytes`);
const digest = exactly(16);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const runId = z
  .string()
  .regex(/^[a-z0-9-]+$/)
  .max(RUN_ID_LENGTH);
/** Names and words end up on terminals: what would steer one is a space. */
const plain = (words: string): string => words.replace(/\p{Cc}+/gu, ' ');
const text = z.string().max(TEXT_LENGTH).transform(plain);
const topic = z.string().max(RUN_ID_LENGTH + WEIGHTS_TOPIC.length);
const code = z.enum(ERROR_CODES);

// --- To the server -----------------------------------------------------------------------------------------------------------

const identity = { type: z.literal('hello'), protocol: u32, token: z.string().max(TOKEN_LENGTH).nullable() };

/** The first message of a connection. */
export const hello = z.discriminatedUnion('role', [
  z.strictObject({
    ...identity,
    role: z.literal('worker'),
    name: z.string().min(1).max(NAME_LENGTH).transform(plain),
    kind: z.enum(['node', 'browser', 'other']),
    /** SHA-256 of the engine. */
    engine: sha256,
    threads: z.int().min(1).max(1024),
    /** Bytes that runs may take in all. */
    memory: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
    /** Whether its threads share one memory. */
    isolated: z.boolean(),
    /** Classes of evaluators that it has (DESIGN's words: wasm, tfjs-gpu, ...). */
    evaluators: z.array(z.string().max(40)).min(1).max(16),
  }),
  z.strictObject({ ...identity, role: z.literal('viewer') }),
  z.strictObject({ ...identity, role: z.literal('admin') }),
]);

export const workerMessage = z.discriminatedUnion('type', [
  /** Holds the state of this generation of a run. */
  z.strictObject({ type: z.literal('ready'), run: runId, generation: u32, digest }),
  /** Cannot take part in a run. */
  z.strictObject({ type: z.literal('refuse'), run: runId, code, message: text }),
  /** Losses of a task: [count] float32, little-endian; NaN never. */
  z.strictObject({
    type: z.literal('result'),
    task: u32,
    losses: bytes(TASK_INDIVIDUALS * 4),
    /** Of the state that they were measured on. */
    digest,
    /** Milliseconds of one thread. */
    ms: z.number().min(0).max(1e9),
  }),
  /** A task could not be evaluated. */
  z.strictObject({ type: z.literal('fail'), run: runId, task: u32, code, message: text }),
  /** Gives tasks back undone. */
  z.strictObject({ type: z.literal('return'), tasks: z.array(u32).max(LIST_LENGTH) }),
  /** Will close: takes no more tasks. */
  z.strictObject({ type: z.literal('leave') }),
]);

export const viewerMessage = z.discriminatedUnion('type', [
  /** `runs`, `workers`, `work`, a run's id, or that and WEIGHTS_TOPIC; `after`: the last generation already held. */
  z.strictObject({ type: z.literal('watch'), topic, after: z.int().min(-1).max(0xffffffff).default(-1) }),
  z.strictObject({ type: z.literal('unwatch'), topic }),
  /** Whether the server is there: a page cannot ping by itself. */
  z.strictObject({ type: z.literal('ping') }),
]);

// --- From the server ---------------------------------------------------------------------------------------------------------

const score = z.strictObject({ loss: z.number().nullable(), accuracy: z.number().nullable() });

export const serverMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome'), id: z.string(), protocol: u32, version: z.string(), engine: sha256 }),
  /** The connection closes after a fatal one. */
  z.strictObject({ type: z.literal('error'), code, message: text, fatal: z.boolean() }),

  // To workers.
  /** Take part in a run: build its state, say `ready`. */
  z.strictObject({
    type: z.literal('run'),
    run: runId,
    /** With every default filled in. */
    experiment: z.record(z.string(), z.unknown()),
    /** 64 bits, decimal. */
    seed: z.string().regex(/^\d{1,20}$/),
    dataset: sha256,
    /** Whether the run begins at a genome: GET /api/runs/ID/start. */
    started: z.boolean(),
    /** The generation that the run is at, and the digest of its state. */
    generation: u32,
    digest,
  }),
  /** Evaluate individuals `first` to `first + count` of a generation. */
  z.strictObject({
    type: z.literal('task'),
    run: runId,
    generation: u32,
    task: u32,
    first: u32,
    count: z.int().min(1).max(TASK_INDIVIDUALS),
    attempt: u32,
  }),
  /** Tasks that nobody waits for any more. */
  z.strictObject({ type: z.literal('cancel'), tasks: z.array(u32).max(LIST_LENGTH) }),
  /** The selection of `generation`; `digest` is of the state that follows from it. */
  z.strictObject({ type: z.literal('commit'), run: runId, generation: u32, selection: bytes(MESSAGE_BYTES.server), digest }),
  /** Let a run go. */
  z.strictObject({ type: z.literal('forget'), run: runId }),

  // To viewers.
  /** The answer to `ping`. */
  z.strictObject({ type: z.literal('pong') }),
  /** What a topic holds now: the answer to `watch`, and the start of its deltas. */
  z.strictObject({ type: z.literal('snapshot'), topic: z.string(), value: z.unknown() }),
  /** Changed entries of `runs`, `workers` or `work` by id; null: gone. */
  z.strictObject({ type: z.literal('changes'), topic: z.string(), entries: z.record(z.string(), z.unknown().nullable()) }),
  /** Generations of a run, oldest first. */
  z.strictObject({
    type: z.literal('generations'),
    run: runId,
    generations: z.array(
      z.strictObject({
        generation: u32,
        best: z.number().nullable(),
        mean: z.number().nullable(),
        validation: score.nullable(),
        /** Of the same individual, on as many train examples; null where it was not noted. */
        train: score.nullable(),
        champion: z.boolean(),
        seconds: z.number(),
        evaluations: z.number(),
        /** Of the state that the losses were measured on: 32 hex digits. */
        digest: z.string().regex(/^[0-9a-f]{32}$/),
        /** Deciles of the finite losses; null where they were not noted, or none is finite. */
        levels: z.array(z.number()).length(11).nullable(),
        /** Losses that are not finite. */
        infinite: u32.nullable(),
        /** Mutation strength. */
        sigma: z.number().nullable(),
        diversity: z.number().nullable(),
      }),
    ),
  }),
  /** Of `count` generations in a row: weights of the candidate for champion, the same of each, [count][weights] float32, little-endian. */
  z.strictObject({
    type: z.literal('weights'),
    run: runId,
    generation: u32,
    count: z.int().min(1),
    rows: bytes(MESSAGE_BYTES.server),
  }),
]);

export type Hello = z.infer<typeof hello>;
export type WorkerHello = Extract<Hello, { role: 'worker' }>;
export type WorkerMessage = z.infer<typeof workerMessage>;
export type ViewerMessage = z.infer<typeof viewerMessage>;
export type ServerMessage = z.infer<typeof serverMessage>;
export type Role = Hello['role'];
