// The dashboard: built files, open to anyone (they hold no secret: a token comes in the address's fragment, which no server sees).
import { access, constants } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Beside dist/server where it is published; in a checkout, where tools/build-client.ts puts it. */
const FOLDER = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../client/build/' : '../../client/', import.meta.url));

/** Every route of the dashboard (client/pages.ts) is answered by the one page that knows them all. */
const PAGES = ['/', '/join', '/new', '/workers', '/runs', '/runs/*'];

const YEAR_MS = 365 * 86_400_000;

const MISSING = 'The dashboard is not built. In a checkout of Germline run: npm run build:client\n';

export async function pageRoutes(app: FastifyInstance, folder: string = FOLDER): Promise<void> {
  await app.register(fastifyStatic, { root: folder, serve: false, suppressWarning: true, cacheControl: false });
  const open = { config: { roles: [] }, schema: { hide: true } };

  const page = async (reply: FastifyReply): Promise<FastifyReply> => {
    const built = await access(`${folder}index.html`, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (!built) return reply.code(503).type('text/plain; charset=utf-8').send(MISSING);
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  };
  for (const path of PAGES) app.get(path, open, (_request, reply) => page(reply));
  app.get('/favicon.svg', open, (_request, reply) => reply.header('cache-control', 'no-cache').sendFile('favicon.svg'));

  // Named by their content's hash: they never change.
  app.get<{ Params: { file: string } }>('/assets/:file', open, ({ params }, reply) =>
    reply.sendFile(`assets/${params.file}`, { cacheControl: true, maxAge: YEAR_MS, immutable: true }),
  );
}
