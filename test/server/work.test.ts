// Rates, shares and the timeline, on a clock that the test moves.
import { expect, it } from 'vitest';
import { Work } from '../../server/work.ts';

function begin(at = 1000.5) {
  const clock = { now: at };
  const work = new Work(() => clock.now);
  /** Moves on, second by second. */
  const pass = (seconds: number, each: (second: number) => void = () => {}) => {
    for (let i = 0; i < seconds; ++i) {
      each(i);
      clock.now += 1;
      work.roll();
    }
  };
  return { clock, work, pass };
}

it('a second counts once it is over', () => {
  const { work, pass } = begin();
  work.did('a', 'c1', 10);
  work.did('b', 'c1', 5);
  work.did('a', 'c2', 5);
  expect(work.seconds).toEqual([]);
  expect(work.worker('c1')).toEqual({ rate: 0, share: 0 });
  pass(1);
  expect(work.seconds).toEqual([{ at: 1000, workers: { c1: 15, c2: 5 } }]);
  expect(work.worker('c1')).toEqual({ rate: 15, share: 0.75 });
  expect(work.run('a')).toEqual({ rate: 15, workers: 2 });
  expect(work.run('b')).toEqual({ rate: 5, workers: 1 });
  expect([...work.runs]).toEqual(['a', 'b']);
});

it('rates are those of the latest ten seconds, or since the work began', () => {
  const { work, pass } = begin();
  pass(30, (second) => work.did('a', 'c1', second < 15 ? 100 : 20));
  expect(work.run('a').rate).toBe(20);
  pass(2, () => work.did('a', 'c2', 60));
  expect(work.worker('c2')).toEqual({ rate: 60, share: 120 / 280 });
  expect(work.worker('c1').rate).toBe(16);
  expect(work.run('a')).toEqual({ rate: 28, workers: 2 });
  pass(10);
  expect(work.run('a')).toEqual({ rate: 0, workers: 0 });
  expect(work.worker('c2')).toEqual({ rate: 0, share: 0 });
  expect([...work.runs]).toEqual([]);
});

it('two minutes are remembered, without a gap, whatever the clock does', () => {
  const { clock, work, pass } = begin();
  pass(200, () => work.did('a', 'c1', 1));
  expect(work.seconds.length).toBe(120);
  expect(work.seconds[0].at).toBe(1080);
  clock.now += 40;
  work.did('a', 'c1', 7);
  expect(work.seconds.map(({ at }) => at)).toEqual(Array.from({ length: 120 }, (_, i) => 1120 + i));
  expect(work.seconds.at(-1)).toEqual({ at: 1239, workers: {} });
  clock.now -= 30;
  work.did('a', 'c1', 7);
  clock.now += 31;
  work.roll();
  expect(work.seconds.at(-1)).toEqual({ at: 1240, workers: { c1: 14 } });
  clock.now += 1e6;
  work.roll();
  expect(work.seconds.length).toBe(120);
  expect(work.seconds.every(({ workers }) => Object.keys(workers).length === 0)).toBe(true);
});
