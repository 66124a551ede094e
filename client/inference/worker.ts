// The thread that runs a champion for a page: the page stays smooth, and what it took is gone with the thread.
import type { Dataset } from '../../core/dataset.ts';
import { loadEngine } from '../../core/engine.ts';
import { genomeFrom } from '../../core/formats/genome.ts';
import { readSafetensors } from '../../core/formats/safetensors.ts';
import { parseDataset } from '../../data/serialisation.ts';
import { guess, judge, pick, type Verdicts } from './confusion.ts';
import { Forward } from './forward.ts';
import { type Answers, type Example, type Job, type Judgement, type Opened, type Question, type Reply, UNREACHABLE } from './messages.ts';

interface Open {
  job: Job;
  dataset: Omit<Dataset, 'splits'>;
  validation: Dataset['splits']['validation'];
  forward: Forward;
  outputs: Float32Array;
  verdicts: Verdicts | null;
}

let opened: Open | null = null;

async function fetched(path: string, { token }: Job): Promise<Uint8Array<ArrayBuffer>> {
  const [answer, bytes] = await fetch(path, { headers: token === null ? {} : { authorization: `Bearer ${token}` } })
    .then(async (answer) => [answer, await answer.arrayBuffer()] as const)
    .catch(() => {
      throw Object.assign(new Error('the server cannot be reached'), { name: UNREACHABLE });
    });
  if (answer.ok) return new Uint8Array(bytes);
  throw new Error(messageIn(bytes) ?? `the server answered ${answer.status} for ${path}`);
}

/** Of a refusal, as the server words it. */
function messageIn(bytes: ArrayBuffer): string | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)).error.message;
  } catch {
    return undefined;
  }
}

async function open(job: Job): Promise<Opened> {
  const bytes = await fetched(`/api/datasets/${job.dataset}`, job);
  const engine = await loadEngine();
  // The other splits are let go.
  const { splits, ...dataset } = await parseDataset(bytes, job.dataset);
  const forward = new Forward(engine, job.settings, dataset);
  opened = { job, dataset, validation: splits.validation, forward, outputs: new Float32Array(0), verdicts: null };
  const { shape, classes, outputs } = dataset;
  return { shape, classes, outputs, count: splits.validation.count };
}

async function judgeChampion(now: Open): Promise<Judgement> {
  const { job, dataset, validation, forward } = now;
  const { tensors, metadata } = readSafetensors(await fetched(`/api/runs/${job.run}/export?format=safetensors`, job));
  forward.load(genomeFrom(forward.network, tensors));
  now.outputs = forward.run(validation.inputs, validation.count);
  const verdicts = dataset.classes === null ? null : judge(now.outputs, validation.targets, dataset.classes);
  now.verdicts = verdicts;
  return {
    digest: metadata.digest ?? null,
    generation: metadata.generation === undefined ? null : Number(metadata.generation),
    accuracy: verdicts && verdicts.right / verdicts.count,
    right: verdicts?.right ?? 0,
    matrix: verdicts?.matrix ?? null,
  };
}

function examples(now: Open, { which, skip, most }: Question & { ask: 'examples' }): Example[] {
  const { validation, verdicts } = now;
  if (verdicts) return pick(verdicts, validation.targets, which, skip, most).map((i) => example(now, i));
  const all = Array.from({ length: Math.min(most, validation.count - skip) }, (_, i) => skip + i);
  return all.map((i) => example(now, i));
}

function example({ dataset, validation, forward, outputs }: Open, index: number): Example {
  const { features, outputs: width } = forward.network;
  const inputs = Float32Array.from(validation.inputs.subarray(index * features, (index + 1) * features));
  if (validation.inputs instanceof Uint8Array) for (let i = 0; i < features; ++i) inputs[i] /= 255;
  const own = outputs.slice(index * width, (index + 1) * width);
  if (dataset.classes === null) {
    const target = Array.from(validation.targets.subarray(index * width, (index + 1) * width));
    return { index, inputs, outputs: own, target, guess: null, sure: 0 };
  }
  const guessed = guess(own);
  return { index, inputs, outputs: own, target: validation.targets[index], guess: guessed, sure: own[guessed] };
}

function answer(question: Question): Promise<Answers[keyof Answers]> | Answers[keyof Answers] {
  if (question.ask === 'open') return open(question.job);
  if (!opened) throw new Error('nothing was opened yet');
  switch (question.ask) {
    case 'judge':
      return judgeChampion(opened);
    case 'examples':
      return examples(opened, question);
    case 'guess':
      return opened.forward.run(question.inputs, 1);
  }
}

// Questions are answered in order: weights do not change under one.
let last: Promise<unknown> = Promise.resolve();
const scope = globalThis as unknown as { onmessage: (event: MessageEvent) => void; postMessage: (message: Reply) => void };
scope.onmessage = ({ data: { id, question } }: MessageEvent<{ id: number; question: Question }>) => {
  last = last
    .then(() => answer(question))
    .then(
      (found) => scope.postMessage({ id, answer: found }),
      (error: Error) => scope.postMessage({ id, trouble: { name: error.name, message: error.message } }),
    );
};
