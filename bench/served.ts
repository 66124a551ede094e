// What serving costs: a served run beside `germline run`, bytes on the wire, and how soon a late joiner is of use.
import { connect, createServer, type Server as TcpServer } from 'node:net';
import { median, type Row } from './row.ts';
import { ended, germline, jsonLines, Server } from './serve-process.ts';

const POPULATION = 1024;
const THREADS = 2;
/** Of the runs that are timed, and how often each is. */
const GENERATIONS = 120;
const ROUNDS = 5;
const GA = { algorithm: { name: 'ga' } };

export async function served(): Promise<Row[]> {
  return [await overhead(), ...(await bytesPerEvaluation()), await lateJoiner()];
}

async function overhead(): Promise<Row> {
  const server = await Server.start('--work', String(THREADS));
  const rates: number[][] = [[], []];
  try {
    for (let round = -1; round < ROUNDS; ++round) {
      const pair = [await alone(), await onServer(server)];
      if (round >= 0) for (const [i, rate] of pair.entries()) rates[i].push(rate);
    }
  } finally {
    await server.stop();
  }
  const [run, serve] = rates.map(median);
  return {
    name: `served with a local worker of ${THREADS} threads, mnist, population 1,024, against germline run --threads ${THREADS}`,
    value: serve,
    unit: 'evaluations/s',
    ratio: median(rates[1].map((rate, i) => rate / rates[0][i])),
    target: 0.95,
    limit: { value: run, by: 'the same threads without a server' },
    note: `${ROUNDS} runs of ${GENERATIONS} generations each, in turns; start-up not counted`,
  };
}

async function alone(): Promise<number> {
  const words = ['--seed', '7', '--generations', String(GENERATIONS), '--threads', String(THREADS)];
  const child = germline('run', 'mnist', ...words, '--set', `population=${POPULATION}`, '--json');
  let rate = 0;
  for await (const line of jsonLines(child)) if (line.event === 'done') rate = Number(line.evaluationsPerSecond);
  await ended(child);
  return rate;
}

async function onServer(server: Server): Promise<number> {
  const run = await server.submit('mnist', { population: POPULATION, generations: GENERATIONS });
  return (await server.until(run, GENERATIONS)).end.evaluationsPerSecond;
}

/** Counts what passes both ways between workers' sockets and the server, WebSocket's framing included; HTTP passes uncounted. */
async function countingProxy(to: string): Promise<{ url: string; bytes: () => number; close: () => void }> {
  const { port } = new URL(to);
  let bytes = 0;
  const proxy: TcpServer = createServer((client) => {
    const server = connect(Number(port), '127.0.0.1');
    let counts = false;
    client.once('data', (head) => {
      counts = head.subarray(0, 12).toString('latin1') === 'GET /socket ';
    });
    for (const [from, into] of [
      [client, server],
      [server, client],
    ]) {
      from.on('data', (chunk) => {
        if (counts) bytes += chunk.length;
        into.write(chunk);
      });
      from.on('close', () => into.destroy());
      from.on('error', () => into.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port: own } = proxy.address() as { port: number };
  return { url: `http://127.0.0.1:${own}`, bytes: () => bytes, close: () => proxy.close() };
}

async function bytesPerEvaluation(): Promise<Row[]> {
  const generations = 60;
  const workers = 8;
  const rows: Row[] = [];
  const server = await Server.start();
  // The proxy's address is a Host that the server has to know: it goes by the same loopback name.
  const proxy = await countingProxy(server.url);
  const children = Array.from({ length: workers }, () => germline('work', proxy.url, '--threads', '1', '--json'));
  for (const child of children) child.stdout?.resume();
  try {
    while ((await server.metrics('workers')).workers < workers) await new Promise((resolve) => setTimeout(resolve, 50));
    for (const [name, set] of [
      ['ga', GA],
      ['es', {}],
    ] as const) {
      const before = proxy.bytes();
      const run = await server.submit('mnist', { population: POPULATION, generations, ...set });
      await server.until(run, generations);
      const value = (proxy.bytes() - before) / (generations * POPULATION);
      rows.push({
        name: `bytes on the wire per evaluation, ${workers} workers, mnist, population 1,024, ${name}`,
        value,
        unit: 'bytes',
        ratio: null,
        target: name === 'ga' ? 16 : null,
        atMost: true,
        limit: { value: 4, by: 'a loss is a float32' },
        note: 'both directions, TCP payload: losses, tasks, commits, WebSocket framing, pings',
      });
    }
  } finally {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map(ended));
    proxy.close();
    await server.stop();
  }
  return rows;
}

async function lateJoiner(): Promise<Row> {
  const generations = 1000;
  const server = await Server.start('--work', String(THREADS));
  const seconds: number[] = [];
  try {
    const run = await server.submit('mnist', { population: 256, generations: 1_000_000 });
    await server.until(run, generations);
    for (let i = 0; i < 3; ++i) {
      const began = performance.now();
      const child = germline('work', server.url, '--threads', '1', '--name', `late ${i}`, '--json');
      child.stdout?.resume();
      for (;;) {
        const { workers } = (await server.ask('/api/workers')) as { workers: { name: string; individuals: number }[] };
        if (workers.some(({ name, individuals }) => name === `late ${i}` && individuals > 0)) break;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      seconds.push((performance.now() - began) / 1000);
      child.kill('SIGTERM');
      await ended(child);
    }
  } finally {
    await server.stop();
  }
  return {
    name: 'a worker that joins after 1,000 generations of mnist: time to its first result',
    value: median(seconds),
    unit: 's',
    ratio: null,
    target: 3,
    atMost: true,
    limit: null,
    note: 'from the start of its process, while the server’s own threads go on',
  };
}
