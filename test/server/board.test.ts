// What a board tells of changes, and what it forgets.
import { expect, it } from 'vitest';
import { Board } from '../../server/board.ts';

it('tells what changed since, each entry once, as it is by then', () => {
  const board = new Board();
  board.set('a', { n: 1 });
  board.set('b', { n: 1 });
  const seen = board.change;
  expect(board.since(seen)).toBe(null);
  board.set('a', { n: 1 });
  expect(board.since(seen)).toBe(null);
  board.set('b', { n: 2 });
  board.set('b', { n: 3 });
  board.set('a', null);
  expect(board.since(seen)).toEqual({ a: null, b: { n: 3 } });
  expect(board.since(-1)).toEqual({ a: null, b: { n: 3 } });
  expect([board.one('b', seen), board.one('b', board.change), board.one('c', seen)]).toEqual([{ b: { n: 3 } }, null, null]);
  expect(board.all()).toEqual({ b: { n: 3 } });
});

it('forgets what is gone once everyone has seen that, and nothing else', () => {
  const board = new Board();
  const ids = Array.from({ length: 100 }, (_, i) => `c${i}`);
  for (const id of ids) board.set(id, { id });
  board.set('c0', null);
  const seen = board.change;
  for (const id of ids.slice(1, 99)) board.set(id, null);
  board.forgetGone(seen);
  expect([board.entries.size, board.since(seen)]).toEqual([99, Object.fromEntries(ids.slice(1, 99).map((id) => [id, null]))]);
  board.set('c1', { id: 'again' });
  board.forgetGone(board.change);
  expect(board.all()).toEqual({ c1: { id: 'again' }, c99: { id: 'c99' } });
  expect(board.entries.size).toBe(2);
});
