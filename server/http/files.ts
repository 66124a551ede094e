// Files called by their hash: datasets and engines. They never change, so everyone may keep them.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ProtocolError } from '../../protocol/errors.ts';
import { datasetsFolder } from '../run-record.ts';
import type { Served } from './app.ts';
import { ANYONE } from './schemas.ts';

const HASH = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const;
const ENGINE_FILES = ['engine.wasm', 'engine.shared.wasm'] as const;

const forEver = (reply: FastifyReply): FastifyReply => reply.header('cache-control', 'private, max-age=31536000, immutable');

export function fileRoutes(app: FastifyInstance, { data, engine, runs }: Served): void {
  app.get<{ Params: { hash: string } }>(
    '/api/datasets/:hash',
    {
      config: { roles: ANYONE },
      schema: {
        summary: 'A dataset, serialised: the hash is the SHA-256 of what is sent',
        params: { type: 'object', properties: { hash: HASH } },
      },
    },
    async ({ params }, reply) => {
      const path = join(datasetsFolder(data), params.hash);
      const size = (await stat(path).catch(() => null))?.size;
      if (size === undefined) throw new ProtocolError('not-found', `no run here uses a dataset of hash ${params.hash}`);
      return forEver(reply).type('application/octet-stream').header('content-length', String(size)).send(createReadStream(path));
    },
  );

  app.get(
    '/api/engines',
    {
      config: { roles: ANYONE },
      schema: { summary: 'The engine that workers must have: a worker that carries none fetches it by this hash' },
    },
    async () => ({ engine: engine.sha256 }),
  );

  app.get<{ Params: { hash: string; file: string } }>(
    '/api/engines/:hash/:file',
    {
      config: { roles: ANYONE },
      schema: {
        summary: 'A module of an engine',
        params: { type: 'object', properties: { hash: HASH, file: { enum: [...ENGINE_FILES] } } },
      },
    },
    async ({ params: { hash, file } }, reply) => {
      const bytes = hash === engine.sha256 ? engine.files[file] : await ofRun(hash, file);
      if (!bytes) throw new ProtocolError('not-found', `no run here was made with engine ${hash}`);
      return forEver(reply).type('application/wasm').send(bytes);
    },
  );

  /** A run keeps the engine that it was made with. */
  async function ofRun(hash: string, file: string): Promise<Buffer | null> {
    for (const { folder } of runs.all()) {
      const bytes = await readFile(join(folder, 'engines', hash, file)).catch(() => null);
      if (bytes) return bytes;
    }
    return null;
  }
}
