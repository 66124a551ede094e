import { expect, test } from 'vitest';
import { JsonLines } from '../../cli/json-lines.ts';
import type { RunEvent } from '../../core/events.ts';
import { done, generation } from './events.ts';

function written(...events: RunEvent[]): string[] {
  const lines: string[] = [];
  const listener = new JsonLines((line) => lines.push(line), 2n ** 64n - 1n);
  for (const event of events) listener.on(event);
  return lines;
}

test('a generation is one line with these fields and no other', () => {
  expect(written(generation(0), generation(1))).toEqual([
    '{"event":"generation","generation":0,"best":2,"mean":3,"validation":{"loss":0.5,"accuracy":0.875},"train":{"loss":0.25,"accuracy":0.9375},"evaluations":1024,"seconds":1}\n',
    '{"event":"generation","generation":1,"best":1,"mean":1.5,"validation":null,"train":null,"evaluations":2048,"seconds":2}\n',
  ]);
});

test('the end is one line, with the seed as a decimal string', () => {
  expect(written(done())).toEqual([
    '{"event":"done","generations":200,"digest":"0123456789abcdef0123456789abcdef","best":0.25,' +
      '"validation":{"loss":0.5,"accuracy":0.875},"test":{"loss":0.5625,"accuracy":0.86},' +
      '"evaluations":204800,"seconds":100,"evaluationsPerSecond":2048,"reason":"generations","seed":"18446744073709551615",' +
      '"champion":{"generation":5,"individual":-1,"digest":"0123456789abcdef0123456789abcdef"}}\n',
  ]);
});

test('a run that ends before its first validation has nothing to say of it', () => {
  const [line] = written(done({ champion: null, validation: null, test: null, reason: 'stopped' }));
  expect(JSON.parse(line)).toMatchObject({ champion: null, validation: null, test: null, reason: 'stopped' });
});

test('a number that is not finite is null beside "diverged", in the object that it stands in', () => {
  const validation = { loss: Number.POSITIVE_INFINITY, accuracy: 0.1 };
  const [line] = written(generation(0, { mean: Number.POSITIVE_INFINITY, validation }));
  expect(JSON.parse(line)).toMatchObject({
    best: 2,
    mean: null,
    diverged: true,
    validation: { loss: null, accuracy: 0.1, diverged: true },
  });
  expect(JSON.parse(written(done())[0])).not.toHaveProperty('diverged');
});
