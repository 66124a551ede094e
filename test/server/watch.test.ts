// What viewers see: a snapshot first, then changes, merged, and no generation twice or missing.
import { rename, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Run } from '../../core/run.ts';
import { loadDataset } from '../../data/index.ts';
import { resolveExperiment } from '../../experiments/index.ts';
import { connectionLimits, sessionLimits } from '../../server/limits.ts';
import { Reading } from '../../server/read.ts';
import { RunHandle } from '../../server/run-handle.ts';
import { sampledPositions, TRACK_FILE, TRACK_ROW_BYTES } from '../../server/track/index.ts';
import { Child } from './fixtures/child.ts';
import { withLimits } from './fixtures/limits.ts';
import { type Small, submit, until, xor } from './fixtures/runs.ts';
import { ask, connect, folder, type Peer, post, start, viewerHello } from './fixtures/server.ts';
import { FakeWorker } from './fixtures/worker.ts';

const PATIENCE = { timeout: 20_000 };

async function viewer(url: string): Promise<Peer> {
  const peer = await connect(url);
  peer.send(viewerHello);
  return peer;
}

/** The numbers of all generations that the viewer was told of. */
const told = (peer: Peer): number[] => peer.of('generations').flatMap(({ generations }) => generations.map(({ generation }) => generation));
/** What core alone makes of a run: its digests, each generation's least and largest loss, and the weights that are shown. */
async function looked({ experiment: name, set, seed }: Small) {
  const experiment = await resolveExperiment(name, set);
  await using run = await Run.open({
    settings: experiment,
    dataset: await loadDataset(experiment.dataset),
    seed: BigInt(seed),
    threads: 1,
  });
  const digests: string[] = [];
  const spreads: number[][] = [];
  const weights: Float32Array[] = [];
  for await (const event of run.events()) {
    if (event.event === 'done') continue;
    digests.push(event.digest);
    spreads.push([Math.min(...event.losses), Math.max(...event.losses)]);
    weights.push(run.sample(sampledPositions(run.network.parameters)).weights);
  }
  return { digests, spreads, weights };
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, i) => from + i);

it('lists runs and their changes', async () => {
  const { url } = await start();
  const made = await submit(url, xor(), false);
  const peer = await viewer(url);
  peer.send({ type: 'watch', topic: 'runs', after: -1 });
  await vi.waitFor(() => expect(peer.of('snapshot')).toMatchObject([{ topic: 'runs', value: { [made]: { state: 'created' } } }]));
  const other = await submit(url, xor(), false);
  await ask(url, `/api/runs/${made}`, { method: 'DELETE' });
  await vi.waitFor(() => {
    const seen = Object.assign({}, ...peer.of('changes').map(({ entries }) => entries));
    expect(seen).toMatchObject({ [other]: { state: 'created' }, [made]: null });
  });
});

it('lists workers as they come and go', async () => {
  const { url } = await start();
  const peer = await viewer(url);
  peer.send({ type: 'watch', topic: 'workers', after: -1 });
  await vi.waitFor(() => expect(peer.of('snapshot').length).toBe(1));
  const worker = await FakeWorker.join(url, { hello: { name: 'anna' } });
  await vi.waitFor(() => expect(peer.of('changes').at(-1)?.entries).toMatchObject({ c2: { name: 'anna', threads: 1 } }));
  worker.kill();
  await vi.waitFor(() => expect(peer.of('changes').at(-1)?.entries).toEqual({ c2: null }));
});

it('tells at once how workers stand, and what they did once a second', async () => {
  const { url } = await start();
  const peer = await viewer(url);
  for (const topic of ['work', 'workers']) peer.send({ type: 'watch', topic, after: -1 });
  const id = await submit(url, xor({ generations: 1_000_000 }));
  const workers = [await FakeWorker.join(url), await FakeWorker.join(url)];
  // biome-ignore lint/suspicious/noExplicitAny: entries as the topic has them
  const told = (topic: string): any[] => peer.of('changes').filter((message) => message.topic === topic);
  await vi.waitFor(() => expect(told('work').length).toBeGreaterThan(2), PATIENCE);
  const entries = told('workers').flatMap(({ entries }) => (entries.c2 ? [entries.c2] : []));
  const standing = ({ leaving, runs, trust }: { leaving: boolean; runs: object; trust: { level: string } }) =>
    JSON.stringify([leaving, runs, trust.level]);
  const same = entries.filter((entry, i) => i && standing(entry) === standing(entries[i - 1]));
  expect(same.length).toBeGreaterThan(0);
  expect(same.length).toBeLessThanOrEqual(told('work').length + 1);
  expect(entries.at(-1)).toMatchObject({ runs: { [id]: { state: 'ready' } }, individuals: expect.any(Number) });
  // Gone at once, with its standing as the only news there is.
  for (const worker of workers) worker.kill();
  await vi.waitFor(() => expect(Object.assign({}, ...told('workers').map(({ entries }) => entries))).toMatchObject({ c2: null, c3: null }));
});

it('follows a run, whenever it begins to watch, and sends few messages', async () => {
  withLimits(sessionLimits, { generations: 40 });
  const { url } = await start();
  const early = await viewer(url);
  const id = await submit(url, xor({ generations: 200 }));
  early.send({ type: 'watch', topic: id, after: -1 });
  await FakeWorker.join(url);
  await vi.waitFor(async () => expect((await ask(url, `/api/runs/${id}`)).body.generations).toBeGreaterThan(50), PATIENCE);
  const late = await viewer(url);
  late.send({ type: 'watch', topic: id, after: 29 });
  await until(url, id, 'done');
  await vi.waitFor(() => expect(told(early)).toEqual(upTo(200)), PATIENCE);
  await vi.waitFor(() => expect(told(late)).toEqual(upTo(200, 30)), PATIENCE);
  expect(early.heard.length).toBeLessThan(100);
  expect(early.of('generations')[0].generations[0]).toMatchObject({
    generation: 0,
    validation: { loss: expect.any(Number) },
    champion: true,
  });
  await vi.waitFor(() => expect(early.of('changes').at(-1)?.entries[id]).toMatchObject({ state: 'done', end: { reason: 'generations' } }));
});

it('reads generations of before from the journal', async () => {
  const data = await folder();
  const first = await start({ data });
  await FakeWorker.join(first.url);
  const id = await submit(first.url, xor({ generations: 30 }));
  await until(first.url, id, 'done');
  await first.close();
  const { url } = await start({ data });
  const peer = await viewer(url);
  peer.send({ type: 'watch', topic: id, after: -1 });
  await vi.waitFor(() => expect(told(peer)).toEqual(upTo(30)), PATIENCE);
});

it('knows where a run is before its journal is open', async () => {
  const data = await folder();
  const first = await Child.start(data, { work: 1 });
  const id = await submit(first.url, xor({ generations: 1_000_000 }));
  const at = async (): Promise<number> => (await ask(first.url, `/api/runs/${id}`)).body.generations;
  await vi.waitFor(async () => expect(await at()).toBeGreaterThan(20), PATIENCE);
  const least = await at();
  first.process.kill('SIGKILL');
  await first.exited;
  // As if it took long.
  const opening = vi.spyOn(RunHandle.prototype, 'open').mockImplementation(() => {});
  onTestFinished(() => opening.mockRestore());
  const { url } = await start({ data });
  const peer = await viewer(url);
  peer.send({ type: 'watch', topic: id, after: 9 });
  await vi.waitFor(() => expect(peer.of('snapshot').length).toBe(1));
  const { state, generations } = peer.of('snapshot')[0].value as { state: string; generations: number };
  expect(state).toBe('running');
  expect(generations).toBeGreaterThanOrEqual(least);
  await vi.waitFor(() => expect(told(peer)).toEqual(upTo(generations, 10)), PATIENCE);
});

it('reads a journal again that could not be read', async () => {
  withLimits(sessionLimits, { rereadMs: 50 });
  const data = await folder();
  const first = await start({ data, work: { threads: 1 } });
  const id = await submit(first.url, xor({ generations: 30 }));
  await until(first.url, id, 'done');
  await first.close();
  const [journal, away] = ['journal.sqlite', 'away'].map((name) => join(data, 'runs', id, name));
  await rename(journal, away);
  const { url } = await start({ data });
  const peer = await viewer(url);
  const asked = vi.spyOn(Reading.prototype, 'ask');
  onTestFinished(() => asked.mockRestore());
  peer.send({ type: 'watch', topic: id, after: -1 });
  await vi.waitFor(() => expect(asked.mock.calls.filter(([kind]) => kind === 'generations').length).toBeGreaterThan(1), PATIENCE);
  expect(told(peer)).toEqual([]);
  await rename(away, journal);
  await vi.waitFor(() => expect(told(peer)).toEqual(upTo(30)), PATIENCE);
});

it('tells whoever reads slowly the sum of it later, and nothing in between', async () => {
  const { url } = await start({ work: { threads: 1 } });
  const peer = await viewer(url);
  const id = await submit(url, xor({ generations: 150 }), false);
  for (const topic of [id, `${id}/weights`, 'runs', 'workers', 'work']) peer.send({ type: 'watch', topic, after: -1 });
  await vi.waitFor(() => expect(peer.of('snapshot').length).toBe(5));
  /** What the server has said by now. */
  const heard = async (): Promise<number> => {
    const pongs = peer.of('pong').length;
    peer.send({ type: 'ping' });
    await vi.waitFor(() => expect(peer.of('pong').length).toBe(pongs + 1));
    return peer.heard.length - pongs - 1;
  };
  const { bufferedHigh } = connectionLimits;
  // Now even nothing is too much.
  withLimits(connectionLimits, { bufferedHigh: -1 });
  const before = await heard();
  await post(url, `/api/runs/${id}/start`);
  await until(url, id, 'done');
  expect(await heard()).toBe(before);
  Object.assign(connectionLimits, { bufferedHigh });
  await vi.waitFor(() => expect(told(peer)).toEqual(upTo(150)), PATIENCE);
  expect(peer.of('generations').length).toBe(1);
  const states = peer.of('changes').flatMap(({ entries }) => (entries[id] ? [(entries[id] as { state: string }).state] : []));
  expect(new Set(states)).toEqual(new Set(['done']));
});

it('tells of each generation how its losses are spread, how strongly it mutates, and the state that was measured', async () => {
  const data = await folder();
  const first = await start({ data, work: { threads: 1 } });
  const small = xor({ generations: 30 });
  const id = await submit(first.url, small);
  const peer = await viewer(first.url);
  peer.send({ type: 'watch', topic: id, after: -1 });
  await vi.waitFor(() => expect(told(peer)).toEqual(upTo(30)), PATIENCE);
  const live = peer.of('generations').flatMap(({ generations }) => generations);
  const { digests, spreads } = await looked(small);
  expect(live.map(({ digest }) => digest)).toEqual(digests);
  expect(live.map(({ levels }) => [levels?.[0], levels?.[10]])).toEqual(spreads);
  // XOR's splits all hold the same four.
  expect(live.map(({ train }) => train?.loss)).toEqual(live.map(({ validation }) => validation?.loss));
  expect(live[0].train?.loss).toBeGreaterThan(0);
  for (const { best, levels, infinite, sigma } of live) {
    expect(levels).toEqual(levels?.toSorted((a, b) => a - b));
    expect([levels?.[0], infinite]).toEqual([best, 0]);
    expect(sigma).toBeGreaterThan(0);
  }
  expect(live[29].diversity).toBeGreaterThan(0);
  await first.close();
  // Without a word of what there was before, and with a part of it gone.
  const { url } = await start({ data });
  const { generations: again } = (await ask(url, `/api/runs/${id}/generations`)).body;
  expect(again).toEqual(live);
  await truncate(join(data, 'runs', id, TRACK_FILE), 16 + TRACK_ROW_BYTES * 20);
  const { generations: rest } = (await ask(url, `/api/runs/${id}/generations?from=19`)).body;
  expect(rest[0]).toEqual(live[19]);
  expect(rest[1]).toEqual({ ...live[20], levels: null, infinite: null, sigma: null, diversity: null, train: null });
});

it('tells of weights of the candidate over the generations, live and again later', async () => {
  const data = await folder();
  const first = await start({ data, work: { threads: 1 } });
  const small = xor({ generations: 30 });
  const id = await submit(first.url, small);
  const { weights } = await looked(small);
  /** Rows by generation, as far as the viewer was told. */
  const rowsOf = (peer: Peer) =>
    new Map(
      peer.of('weights').flatMap(({ run, generation, count, rows }) => {
        expect(run).toBe(id);
        expect(rows.length).toBe(count * weights[0].byteLength);
        const all = new Float32Array(rows.slice().buffer);
        const width = weights[0].length;
        return Array.from({ length: count }, (_, i) => [generation + i, all.subarray(i * width, (i + 1) * width)] as const);
      }),
    );
  const live = await viewer(first.url);
  live.send({ type: 'watch', topic: `${id}/weights`, after: -1 });
  await vi.waitFor(() => expect(rowsOf(live).has(29)).toBe(true), PATIENCE);
  expect(live.of('generations')).toEqual([]);
  for (const [generation, row] of rowsOf(live)) expect(row).toEqual(weights[generation]);
  expect(rowsOf(live).has(0)).toBe(true);
  await until(first.url, id, 'done');
  await first.close();
  const { url } = await start({ data });
  const later = await viewer(url);
  later.send({ type: 'watch', topic: `${id}/weights`, after: 0 });
  const rest = [...rowsOf(live)].filter(([generation]) => generation > 0);
  await vi.waitFor(() => expect([...rowsOf(later)]).toEqual(rest), PATIENCE);
  expect(later.of('snapshot')).toMatchObject([{ topic: `${id}/weights`, value: { parameters: weights[0].length, generations: 30 } }]);
  later.send({ type: 'watch', topic: 'none/weights', after: -1 });
  await vi.waitFor(() => expect(later.of('error')).toMatchObject([{ code: 'not-found', fatal: false }]));
});

it('tells second by second who computed what, and how fast runs and workers are', async () => {
  const { url } = await start();
  const peer = await viewer(url);
  for (const topic of ['work', 'runs', 'workers']) peer.send({ type: 'watch', topic, after: -1 });
  await FakeWorker.join(url);
  const id = await submit(url, xor({ generations: 60 }));
  await until(url, id, 'done');
  /** Entries of a topic's changes, as they came. */
  const seen = (topic: string): Record<string, unknown>[] =>
    // biome-ignore lint/suspicious/noExplicitAny: entries as the topic has them
    peer.of('changes').flatMap((message) => (message.topic === topic ? Object.values(message.entries as any) : [])) as Record<
      string,
      unknown
    >[];
  const done = () => (seen('work') as Record<string, number>[]).reduce((sum, { c2 = 0 }) => sum + c2, 0);
  await vi.waitFor(() => expect(done()).toBe(64 * 60), PATIENCE);
  await vi.waitFor(() => expect(seen('runs').some(({ rate, workers }) => (rate as number) > 0 && workers === 1)).toBe(true), PATIENCE);
  await vi.waitFor(() => expect(seen('workers').some(({ rate, share }) => (rate as number) > 0 && share === 1)).toBe(true), PATIENCE);
  const late = await viewer(url);
  late.send({ type: 'watch', topic: 'work', after: -1 });
  await vi.waitFor(() => expect(late.of('snapshot').length).toBe(1));
  const { seconds } = late.of('snapshot')[0].value as { seconds: { at: number; workers: Record<string, number> }[] };
  expect(seconds.reduce((sum, { workers }) => sum + (workers.c2 ?? 0), 0)).toBe(64 * 60);
  expect(seconds.map(({ at }) => at)).toEqual(seconds.map((_, i) => seconds[0].at + i));
});

it('answers a ping, and counts no refusal for it', async () => {
  const { url } = await start();
  const peer = await viewer(url);
  peer.send({ type: 'ping' });
  await vi.waitFor(() => expect(peer.of('pong').length).toBe(1));
  expect(new TextDecoder().decode((await ask(url, '/metrics')).body)).not.toMatch(/^germline_refusals_total\{/m);
});

it('says nothing more once it is not watched, and knows no run that is not there', async () => {
  const { url } = await start();
  const peer = await viewer(url);
  peer.send({ type: 'watch', topic: 'none', after: -1 });
  await vi.waitFor(() => expect(peer.of('error')).toMatchObject([{ code: 'not-found', fatal: false }]));
  peer.send({ type: 'watch', topic: 'runs', after: -1 });
  peer.send({ type: 'unwatch', topic: 'runs' });
  peer.send({ type: 'watch', topic: 'workers', after: -1 });
  await vi.waitFor(() => expect(peer.of('snapshot').length).toBe(2));
  await submit(url, xor(), false);
  await FakeWorker.join(url);
  await vi.waitFor(() => expect(peer.of('changes').length).toBeGreaterThan(0));
  expect(peer.of('changes').every(({ topic }) => topic === 'workers')).toBe(true);
  await post(url, '/api/runs/none/stop');
});
