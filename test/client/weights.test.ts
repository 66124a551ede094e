// The weights of the candidates over the generations, as the dashboard holds them.
import { expect, it } from 'vitest';
import { WeightHistory } from '../../client/weights.ts';

/** Two weights of each of `count` generations in a row, each the generation itself. */
function message(generation: number, count = 1) {
  const rows = new Uint8Array(count * 8);
  const view = new DataView(rows.buffer);
  for (let i = 0; i < count * 2; i++) view.setFloat32(i * 4, generation + (i >> 1), true);
  return { type: 'weights' as const, run: 'r', generation, count, rows };
}

/** Generations that are held; their weights have to be theirs. */
function held(history: WeightHistory): number[] {
  const generations = [...history.generation];
  expect([...history.values]).toEqual(generations.flatMap((generation) => [generation, generation]));
  return generations;
}

const every = (step: number, from: number, until: number): number[] =>
  Array.from({ length: Math.ceil((until - from) / step) }, (_, i) => from + i * step);

it('is thinned out evenly, whichever generations were noted', () => {
  for (const [step, from] of [
    [1, 0],
    [2, 1],
    [3, 0],
    [4, 2],
    [8, 3],
  ]) {
    const history = new WeightHistory(16);
    for (let i = 0; i < 100; i++) {
      const newest = from + i * step;
      history.append(message(newest));
      const all = held(history);
      expect([all.at(0), all.at(-1)]).toEqual([from, newest]);
      // All but the newest lie equally far apart.
      expect(all.slice(0, -1)).toEqual(every(step * history.step, from, newest).slice(0, all.length - 1));
      expect(all.length).toBeGreaterThan(Math.min(i, 8));
      expect(all.length).toBeLessThanOrEqual(16);
    }
  }
});

it('goes back to an earlier generation, and on from there', () => {
  const history = new WeightHistory(16);
  for (let generation = 0; generation < 90; generation++) history.append(message(generation));
  expect([history.step, history.length]).toEqual([8, 13]);
  // What was thinned out before stays so.
  history.cut(60);
  expect([held(history), history.next]).toEqual([every(8, 0, 60), 60]);
  history.cut(70);
  expect(history.next).toBe(60);
  history.append(message(60, 40));
  expect(held(history).slice(0, 8)).toEqual(every(8, 0, 60));
  expect(held(history).at(-1)).toBe(99);
  history.cut(0);
  expect([held(history), history.next]).toEqual([[], 0]);
  history.append(message(3, 2));
  expect(held(history)).toEqual([3, 4]);
});
