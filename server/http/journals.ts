// /api/runs/ID/...: what a journal holds, read by the reading thread: selections, snapshots, the start, the champion, exports.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ProtocolError } from '../../protocol/errors.ts';
import { describeGeneration } from '../describe.ts';
import { exportChampion } from '../export.ts';
import { httpLimits, lineageLimits, sessionLimits } from '../limits.ts';
import { lineageOf } from '../lineage.ts';
import type { ExportFormat } from '../read-messages.ts';
import { datasetsFolder } from '../run-record.ts';
import type { Served } from './app.ts';
import { ANYONE, GENERATION, RUN_PARAMS, VIEWERS } from './schemas.ts';

interface ById {
  Params: { id: string };
}

const FROM = { type: 'object', properties: { from: { ...GENERATION, default: 0 } } } as const;
const FORMATS: Record<ExportFormat, { extension: string; type: string }> = {
  safetensors: { extension: 'safetensors', type: 'application/octet-stream' },
  npz: { extension: 'npz', type: 'application/octet-stream' },
  tfjs: { extension: 'tfjs.zip', type: 'application/zip' },
};

export function journalRoutes(app: FastifyInstance, { runs, reading, data }: Served): void {
  let streams = 0;

  app.get<ById & { Querystring: { from: number } }>(
    '/api/runs/:id/selections',
    {
      config: { roles: ANYONE },
      schema: {
        summary: 'Selections from a generation on: u32 LE length and bytes of each. Not all at once: X-Germline-Next is where to go on',
        params: RUN_PARAMS,
        querystring: FROM,
      },
    },
    async ({ params, query }, reply) => {
      runs.get(params.id);
      const { bytes, next } = await reading.ask('selections', { run: params.id, from: query.from, most: httpLimits.selectionsBytes });
      return binary(reply).header('x-germline-next', String(next)).send(Buffer.from(bytes.buffer));
    },
  );

  app.get<ById & { Querystring: { from: number } }>(
    '/api/runs/:id/generations',
    { config: { roles: VIEWERS }, schema: { summary: 'Numbers of generations, so many at a time', params: RUN_PARAMS, querystring: FROM } },
    async ({ params, query }) => {
      runs.get(params.id);
      const generations = await reading.ask('generations', { run: params.id, from: query.from, most: sessionLimits.generations });
      return { generations: generations.map(describeGeneration) };
    },
  );

  app.get<ById>(
    '/api/runs/:id/snapshot',
    { config: { roles: ANYONE }, schema: { summary: 'The newest snapshot: its generation, digest and bytes', params: RUN_PARAMS } },
    async ({ params }) => {
      runs.get(params.id);
      const found = await reading.ask('snapshot', { run: params.id });
      if (!found) throw new ProtocolError('not-found', `run ${params.id} has no snapshot yet: begin at its seed`);
      return found;
    },
  );

  app.get<{ Params: { id: string; generation: number } }>(
    '/api/runs/:id/snapshot/:generation',
    {
      config: { roles: ANYONE },
      schema: {
        summary: "A snapshot's bytes; Range is understood",
        params: { ...RUN_PARAMS, properties: { ...RUN_PARAMS.properties, generation: GENERATION } },
      },
    },
    async ({ params, headers }, reply) => {
      const { id: run, generation } = params;
      runs.get(run);
      const found = await reading.ask('snapshot', { run, generation });
      if (!found) throw new ProtocolError('not-found', `run ${run} keeps no snapshot of generation ${generation} (any more)`);
      const range = rangeOf(headers.range, found.bytes);
      if (!range)
        return reply
          .code(416)
          .header('content-range', `bytes */${found.bytes}`)
          .send({ error: { code: 'invalid', message: 'no such range' } });
      const { from, to, partial } = range;
      const stream = ++streams;
      const parts = async function* () {
        for (let at = from; at < to; ) {
          const part = await reading.ask('snapshotPart', { run, generation, at, stream });
          if (!part.length) throw new Error(`the snapshot of generation ${generation} ends too early`);
          yield Buffer.from(part.buffer, 0, Math.min(part.length, to - at));
          at += part.length;
        }
      };
      if (partial) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${found.bytes}`);
      return binary(reply)
        .header('accept-ranges', 'bytes')
        .header('content-length', String(to - from))
        .send(Readable.from(parts(), { objectMode: false, highWaterMark: 1 }));
    },
  );

  app.get<ById>(
    '/api/runs/:id/start',
    { config: { roles: ANYONE }, schema: { summary: 'The genome that the run starts from (float32, little-endian)', params: RUN_PARAMS } },
    async ({ params }, reply) => {
      runs.get(params.id);
      const start = await reading.ask('start', { run: params.id });
      if (!start) throw new ProtocolError('not-found', `run ${params.id} starts from its seed alone`);
      return binary(reply).send(Buffer.from(start.buffer));
    },
  );

  app.get<ById>(
    '/api/runs/:id/champion',
    { config: { roles: VIEWERS }, schema: { summary: 'The champion: where it comes from and how good it is', params: RUN_PARAMS } },
    async ({ params }) => {
      const run = runs.get(params.id);
      const champion = run.champion ?? (await reading.ask('champion', { run: params.id }));
      if (!champion) throw new ProtocolError('not-found', `run ${params.id} has no champion yet: it was not validated once`);
      return { champion, test: run.record.end?.test ?? null };
    },
  );

  app.get<ById & { Querystring: { generations: number } }>(
    '/api/runs/:id/lineage',
    {
      config: { roles: VIEWERS },
      schema: {
        summary: 'Whom the champion of a genetic algorithm descends from, its own generation first; nobody where it is a strategy',
        params: RUN_PARAMS,
        querystring: {
          type: 'object',
          properties: {
            generations: { type: 'integer', minimum: 1, maximum: lineageLimits.generations, default: lineageLimits.usual },
          },
        },
      },
    },
    async ({ params, query }) => {
      const { id: run } = params;
      const { folder } = runs.get(run);
      return lineageOf({ folder, datasets: datasetsFolder(data), run, generations: query.generations });
    },
  );

  app.get<ById & { Querystring: { format: ExportFormat } }>(
    '/api/runs/:id/export',
    {
      config: { roles: VIEWERS },
      schema: {
        summary: "The champion's model (tfjs: a zip of its files)",
        params: RUN_PARAMS,
        querystring: { type: 'object', properties: { format: { enum: Object.keys(FORMATS), default: 'safetensors' } } },
      },
    },
    async ({ params, query }, reply) => {
      const { id: run } = params;
      const { folder } = runs.get(run);
      const bytes = await exportChampion({ folder, datasets: datasetsFolder(data), run, format: query.format });
      const { extension, type } = FORMATS[query.format];
      return reply
        .type(type)
        .header('content-disposition', `attachment; filename="${run}.${extension}"`)
        .send(Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length));
    },
  );
}

const binary = (reply: FastifyReply): FastifyReply => reply.type('application/octet-stream').header('cache-control', 'no-store');

/** One range of bytes, as browsers and download tools ask; the whole where none is asked for; null: there is no such part. */
function rangeOf(header: string | undefined, bytes: number): { from: number; to: number; partial: boolean } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return { from: 0, to: bytes, partial: false };
  const from = match[1] === '' ? Math.max(0, bytes - Number(match[2])) : Number(match[1]);
  const to = match[1] === '' || match[2] === '' ? bytes : Math.min(bytes, Number(match[2]) + 1);
  return from < to ? { from, to, partial: true } : null;
}
