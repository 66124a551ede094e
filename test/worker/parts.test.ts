// The small parts: addresses, pauses, sizes, the battery.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sizeOf } from '../../cli/size.ts';
import { parseAddress } from '../../worker/address.ts';
import { Backoff } from '../../worker/backoff.ts';
import { onBattery } from '../../worker/battery.ts';

test.each([
  ['http://a:4376', 'http://a:4376/', 'ws://a:4376/socket', null],
  ['ws://a:4376/', 'http://a:4376/', 'ws://a:4376/socket', null],
  ['a:4376', 'http://a:4376/', 'ws://a:4376/socket', null],
  ['https://a/#worker-x_Y', 'https://a/', 'wss://a/socket', 'worker-x_Y'],
  ['wss://a/evolve/#token=t', 'https://a/evolve/', 'wss://a/evolve/socket', 't'],
  ['http://[::1]:1/join', 'http://[::1]:1/', 'ws://[::1]:1/socket', null],
])('%s', (text, http, socket, token) => {
  expect(parseAddress(text)).toEqual({ http, socket, token });
});

test.each(['', 'ftp://a/', 'http://', 'http://u:p@a/', 'http://a/?token=x'])('no address: %j', (text) => {
  expect(() => parseAddress(text)).toThrow("is no server's address");
});

test('pauses grow to their bound, and begin anew', () => {
  const backoff = new Backoff({ first: 1000, most: 30_000, random: () => 1 - 2 ** -53 });
  expect(Array.from({ length: 7 }, () => backoff.next())).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.next()).toBe(1000);
  expect(new Backoff({ first: 1000, most: 30_000, random: () => 0 }).next()).toBe(500);
});

test.each([
  ['2GB', 2e9],
  ['1.5 GiB', 1.5 * 2 ** 30],
  ['800m', 8e8],
  ['50%', 4e9],
  ['5000000', 5e6],
])('%s', (text, bytes) => {
  expect(sizeOf(text, '--memory', 8e9)).toBe(bytes);
});

test.each(['', '12', 'GB', '-1GB', '1PB', '1e9'])('no size: %j', (text) => {
  expect(() => sizeOf(text, '--memory', 8e9)).toThrow('--memory: must be a size');
});

test('the battery, by what Linux says of its supplies', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'germline-supplies-'));
  const supply = async (name: string, fields: Record<string, string>) => {
    await mkdir(join(folder, name), { recursive: true });
    for (const [field, value] of Object.entries(fields)) await writeFile(join(folder, name, field), `${value}\n`);
  };
  expect(await onBattery('linux', folder)).toBe(false);
  await supply('mouse', { type: 'Battery', scope: 'Device', status: 'Discharging' });
  expect(await onBattery('linux', folder)).toBe(false);
  await supply('BAT0', { type: 'Battery', status: 'Discharging' });
  await supply('AC', { type: 'Mains', online: '0' });
  expect(await onBattery('linux', folder)).toBe(true);
  await supply('AC', { online: '1' });
  expect(await onBattery('linux', folder)).toBe(false);
  expect(await onBattery('linux', join(folder, 'none'))).toBe(null);
  await rm(folder, { recursive: true });
});
