// A short recorded run, for whoever listens to one.

import type { RunTitle } from '../../cli/display/index.ts';
import type { Champion, DoneEvent, GenerationEvent } from '../../core/events.ts';

export const title: RunTitle = {
  name: 'mnist',
  algorithm: 'es',
  seed: 7n,
  population: 1024,
  generations: 200,
  threads: 2,
  metric: 'accuracy',
  minutes: null,
};

const digest = '0123456789abcdef0123456789abcdef';

export const champion: Champion = { generation: 5, individual: -1, validation: { loss: 0.5, accuracy: 0.875 }, digest };

export function generation(number: number, fields: Partial<GenerationEvent> = {}): GenerationEvent {
  return {
    event: 'generation',
    generation: number,
    digest,
    losses: new Float32Array(4),
    selection: new Uint8Array(4),
    best: 2 / (number + 1),
    mean: 3 / (number + 1),
    validation: number % 5 === 0 ? { loss: 0.5, accuracy: 0.875 } : null,
    train: number % 5 === 0 ? { loss: 0.25, accuracy: 0.9375 } : null,
    champion: number % 5 === 0 ? { ...champion, generation: number } : null,
    evaluations: (number + 1) * 1024,
    seconds: number + 1,
    ...fields,
  };
}

export function done(fields: Partial<DoneEvent> = {}): DoneEvent {
  return {
    event: 'done',
    generations: 200,
    reason: 'generations',
    digest,
    best: 0.25,
    champion,
    validation: { loss: 0.5, accuracy: 0.875 },
    test: { loss: 0.5625, accuracy: 0.86 },
    evaluations: 204800,
    seconds: 100,
    evaluationsPerSecond: 2048,
    ...fields,
  };
}
