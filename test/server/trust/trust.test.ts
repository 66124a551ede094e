// Accounts, draws, tallies and the file that they are kept in.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trustLimits } from '../../../server/limits.ts';
import type { Done } from '../../../server/scheduler/index.ts';
import { shareOf } from '../../../server/trust/account.ts';
import { draw } from '../../../server/trust/draw.ts';
import { SERVER, Tally, Trust, TrustFile, type Verdict } from '../../../server/trust/index.ts';
import { ownerOf } from '../../../server/trust/owner.ts';
import { withLimits } from '../fixtures/limits.ts';
import { folder } from '../fixtures/server.ts';

const NOW = '2026-01-01T00:00:00.000Z';
const none = () => new Trust({ secret: 'secret', accounts: {}, unconfirmed: {} });
const laptop = { token: null, address: '127.0.0.1', name: 'laptop' };
const verdict: Verdict = { run: 'r', generation: 9, individual: 3, told: 0.5, right: 0.75, who: 'laptop (c1)', at: NOW };
const done = (owner: string, changes: Partial<Done> = {}): Done => ({
  run: 'r',
  generation: 0,
  first: 0,
  count: 8,
  worker: 'c1',
  owner,
  evaluator: 'wasm',
  checkable: true,
  ...changes,
});

describe('an owner', () => {
  it('is a name at an address on an open server, a token at an address elsewhere', () => {
    const open = (name: string, address = '10.0.0.1') => ownerOf('s', { token: null, address, name });
    expect(open('a')).toBe(open('a'));
    expect(new Set([open('a'), open('b'), open('a', '10.0.0.2'), ownerOf('t', { token: null, address: '10.0.0.1', name: 'a' })]).size).toBe(
      4,
    );
    const guarded = (name: string, token = 't1', address = '10.0.0.1') => ownerOf('s', { token, address, name });
    expect(guarded('a')).toBe(guarded('b'));
    expect(new Set([guarded('a'), guarded('a', 't2'), guarded('a', 't1', '10.0.0.2'), open('t1')]).size).toBe(4);
    expect(guarded('a')).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['2001:db8:0:1::5', '2001:0DB8:0:1:aaaa:bbbb:cccc:dddd', true],
    ['2001:db8::1', '2001:db8:0:0:9::', true],
    ['2001:db8:0:1::5', '2001:db8:0:2::5', false],
    ['::1', '::2', true],
  ])('at %s and at %s is the same: %s', (a, b, same) => {
    const at = (address: string) => ownerOf('s', { token: 't', address, name: '' });
    expect(at(a) === at(b)).toBe(same);
  });
});

describe('trust', () => {
  it('has everything of a newcomer recomputed, then ever less, and never nothing', () => {
    const trust = none();
    const owner = trust.owner(laptop, NOW);
    expect(trust.level(owner)).toBe('new');
    const asked = Array.from({ length: 20_000 }, (_, generation) => {
      const answer = trust.replicate(done(owner, { generation }));
      if (answer) trust.confirm(owner, 8, true);
      return answer;
    });
    expect(asked.slice(0, trustLimits.trustAfter)).not.toContain(false);
    const part = (from: number, to: number) => asked.slice(from, to).filter(Boolean).length / (to - from);
    expect(part(10, 110)).toBeGreaterThan(0.2);
    expect(part(1_000, 3_000)).toBeLessThan(0.15);
    expect(part(15_000, 20_000)).toBeGreaterThan(trustLimits.leastShare / 2);
    expect(part(15_000, 20_000)).toBeLessThan(trustLimits.leastShare * 2);
    expect(trust.level(owner)).toBe('trusted');
    expect(trust.account(owner)).toMatchObject({ results: 20_000, wrong: 0, since: NOW });
  });

  it('draws the same again, and otherwise with another secret', () => {
    const draws = (secret: string) => Array.from({ length: 1_000 }, (_, first) => draw(secret, 'run', 3, first, 'owner'));
    expect(draws('a')).toEqual(draws('a'));
    const [a, b] = [draws('a'), draws('b')];
    expect(a.filter((value, i) => value === b[i]).length).toBe(0);
    expect(Math.abs(a.reduce((sum, value) => sum + value) / 1_000 - 0.5)).toBeLessThan(0.05);
    expect(a.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it('asks nobody where there is no second owner: the server looks at one individual now and then', () => {
    const trust = none();
    const owner = trust.owner(laptop, NOW);
    const spots = Array.from({ length: 4_000 }, (_, generation) => {
      const alone = done(owner, { generation, first: 40, count: 8, checkable: false });
      expect(trust.replicate(alone)).toBe(false);
      return trust.spot(alone);
    }).filter((spot) => spot !== null);
    expect(spots.length / 4_000).toBeGreaterThan(trustLimits.spotShare / 2);
    expect(spots.length / 4_000).toBeLessThan(trustLimits.spotShare * 2);
    expect(new Set(spots)).toEqual(new Set([40, 41, 42, 43, 44, 45, 46, 47]));
    expect(trust.spot(done(owner))).toBe(null);
  });

  it('leaves the server itself alone, and evaluators whose bits may differ', () => {
    const trust = none();
    expect(trust.level(SERVER)).toBe('own');
    expect(trust.replicate(done(SERVER))).toBe(false);
    expect(trust.spot(done(SERVER, { checkable: false }))).toBe(null);
    expect(trust.distrust(SERVER, verdict)).toBe(false);
    expect(trust.mark('r', [SERVER], 3)).toBe(false);
    expect(trust.replicate(done(trust.owner(laptop, NOW), { evaluator: 'webgpu' }))).toBe(false);
  });

  it('keeps who was caught, and where runs have to go back to', () => {
    const trust = none();
    const liar = trust.owner(laptop, NOW);
    const other = trust.owner({ ...laptop, name: 'other' }, NOW);
    expect(trust.mark('r', [liar], 5)).toBe(true);
    expect(trust.mark('r', [liar, other], 7)).toBe(true);
    expect(trust.mark('r', [liar, other], 8)).toBe(false);
    expect(trust.mark('q', [other], 2)).toBe(true);
    expect(trust.doubt('r')).toBe(null);
    expect(trust.distrust(liar, verdict)).toBe(true);
    expect(trust.distrust(liar, { ...verdict, generation: 10 })).toBe(false);
    expect(trust.level(liar)).toBe('distrusted');
    expect(trust.account(liar)).toMatchObject({ wrong: 2, streak: 0, distrusted: verdict });
    expect(trust.doubt('r')).toEqual({ generation: 5, owner: liar, verdict });
    expect(trust.doubt('q')).toBe(null);
    const again = new Trust(JSON.parse(JSON.stringify(trust.content())));
    expect(again.content()).toEqual(trust.content());
    expect(again.owner(laptop, 'later')).toBe(liar);
    expect(again.doubt('r')).toEqual({ generation: 5, owner: liar, verdict });
    again.unmark('r', 6);
    expect(again.doubt('r')?.generation).toBe(5);
    expect(again.content().unconfirmed).toEqual({ r: { [liar]: 5 }, q: { [other]: 2 } });
    again.unmark('r', 5);
    expect(again.doubt('r')).toBe(null);
    expect(again.content().unconfirmed).toEqual({ q: { [other]: 2 } });
  });

  it('remembers so many owners: newcomers make room, whoever was caught or is in doubt stays', () => {
    withLimits(trustLimits, { accounts: 4 });
    const trust = none();
    const named = (name: string) => trust.owner({ ...laptop, name }, NOW);
    const [liar, doubted, trusted, newcomer] = ['liar', 'doubted', 'trusted', 'newcomer'].map(named);
    trust.distrust(liar, verdict);
    trust.mark('r', [doubted], 3);
    for (let i = 0; i < trustLimits.trustAfter; ++i) trust.confirm(trusted, 8, true);
    named('another');
    expect(trust.account(newcomer)).toBe(null);
    named('one more');
    expect([liar, doubted, trusted].map((owner) => trust.level(owner))).toEqual(['distrusted', 'new', 'trusted']);
    expect(Object.keys(trust.content().accounts).length).toBe(4);
  });

  it('checks whoever had to make room while it was there as a newcomer, and remembers it when it lies', () => {
    withLimits(trustLimits, { accounts: 2 });
    const trust = none();
    const named = (name: string) => trust.owner({ ...laptop, name }, NOW);
    const sly = named('sly');
    for (let i = 0; i < 10; ++i) named(`another ${i}`);
    expect(trust.account(sly)).toBe(null);
    expect(trust.replicate(done(sly))).toBe(true);
    for (let i = 0; i < 10; ++i) named(`yet another ${i}`);
    expect(trust.mark('r', [sly], 3)).toBe(true);
    expect(trust.distrust(sly, verdict)).toBe(true);
    for (let i = 0; i < 10; ++i) named(`one more ${i}`);
    expect(trust.doubt('r')).toMatchObject({ owner: sly, generation: 3 });
    expect(trust.runsOf(sly)).toEqual(['r']);
  });

  it('does not grow where everyone is in doubt, or was caught', () => {
    withLimits(trustLimits, { accounts: 8 });
    const trust = none();
    for (let i = 0; i < 40; ++i) {
      const owner = trust.owner({ ...laptop, name: `${i}` }, NOW);
      if (i % 2) trust.mark('r', [owner], i);
      else trust.distrust(owner, { ...verdict, who: `${i}` });
    }
    expect(Object.keys(trust.content().accounts).length).toBe(8);
    expect(trust.verdicts('r').length).toBeLessThanOrEqual(8);
  });

  it('checks at least the share that is the least', () => {
    const account = { since: NOW, results: 0, confirmed: 0, wrong: 0, distrusted: null };
    expect(shareOf({ ...account, streak: 20 })).toBe(0.5);
    expect(shareOf({ ...account, streak: 1e9 })).toBe(trustLimits.leastShare);
  });
});

describe('a tally', () => {
  it('knows whose losses nobody confirmed', () => {
    const tally = new Tally(32);
    tally.keep('a', { first: 0, count: 8 });
    tally.keep('b', { first: 8, count: 8 });
    tally.keep('a', { first: 16, count: 16 });
    expect(tally.unconfirmed()).toEqual(['a', 'b']);
    expect(tally.confirm('b', { first: 8, count: 8 })).toBe(8);
    expect(tally.confirm('a', { first: 0, count: 4 })).toBe(4);
    expect(tally.confirm('a', { first: 2, count: 6 })).toBe(4);
    expect(tally.unconfirmed()).toEqual(['a']);
    expect([7, 8, 16].map((i) => tally.isConfirmed(i))).toEqual([true, true, false]);
    tally.drop('b', [{ first: 8, count: 8 }]);
    tally.keep('a', { first: 8, count: 8 });
    expect(tally.isConfirmed(8)).toBe(false);
    tally.confirm('a', { first: 8, count: 24 });
    expect(tally.unconfirmed()).toEqual([]);
    tally.clear();
    expect(tally.isConfirmed(0)).toBe(false);
  });
});

describe('trust.json', () => {
  const fail = (error: Error) => {
    throw error;
  };

  it('holds all of it, names nobody, and is for the server alone', async () => {
    const path = await folder();
    const file = await TrustFile.open(path, fail);
    const owner = file.trust.owner(laptop, NOW);
    file.trust.mark('r', [owner], 4);
    const saved = file.save();
    file.trust.confirm(owner, 8, true);
    await saved;
    file.trust.distrust(owner, verdict);
    file.later();
    await file.close();
    const again = await TrustFile.open(path, fail);
    expect(again.trust.content()).toEqual(file.trust.content());
    expect(again.trust.doubt('r')).toMatchObject({ generation: 4 });
    const text = await readFile(join(path, 'trust.json'), 'utf8');
    expect(text).not.toContain('127.0.0.1');
    expect((await stat(join(path, 'trust.json'))).mode & 0o077).toBe(0);
    expect((await TrustFile.open(await folder(), fail)).trust.content().secret).not.toBe(file.trust.content().secret);
  });

  it.each(['{', '{"version":2}', '{"version":1}'])('that reads %s stops the server', async (text) => {
    const path = await folder();
    await writeFile(join(path, 'trust.json'), text);
    await expect(TrustFile.open(path, fail)).rejects.toThrow(/trust\.json cannot be read .* move it away/);
  });
});
