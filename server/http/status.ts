// Who computes, and how the server is.
import type { FastifyInstance } from 'fastify';
import { ProtocolError } from '../../protocol/errors.ts';
import { RUN_STATES } from '../run-record.ts';
import { workerEntries } from '../worker-entries.ts';
import type { Served } from './app.ts';
import { ANYONE, VIEWERS } from './schemas.ts';

export function statusRoutes(app: FastifyInstance, { version, engine, runs, reading, disk, dispatch, gateway, metrics }: Served): void {
  app.get('/api/workers', { config: { roles: VIEWERS }, schema: { summary: 'The workers that are connected' } }, async () => ({
    workers: Object.values(workerEntries(dispatch, metrics.work)),
  }));

  // For workers as well, so no more than what is their own business.
  app.get<{ Params: { id: string } }>(
    '/api/workers/:id',
    {
      config: { roles: ANYONE },
      schema: {
        summary: "A worker's share of the work, and why it gets none; by the id of its welcome",
        params: { type: 'object', properties: { id: { type: 'string', pattern: '^c[0-9]{1,15}$' } } },
      },
    },
    async ({ params: { id } }) => {
      const known = dispatch.scheduler.workerStatistics(id);
      if (!known) throw new ProtocolError('not-found', `no worker ${id} is connected`);
      return { id, share: known.share, idle: known.idle };
    },
  );

  app.get('/api/server', { config: { roles: VIEWERS }, schema: { summary: 'This server: version, engine, disk' } }, async () => {
    const space = await reading.ask('space', null);
    return { version, engine: engine.sha256, disk: { ...space, needed: disk.needed } };
  });

  app.get('/healthz', { config: { roles: [] }, schema: { summary: 'Whether the server answers' } }, async () => ({ status: 'ok' }));

  app.get('/metrics', { config: { roles: VIEWERS }, schema: { summary: 'Counters for Prometheus' } }, async (_request, reply) => {
    const states: Record<string, number> = Object.fromEntries(RUN_STATES.map((state) => [state, 0]));
    for (const { state } of runs.all()) states[state] += 1;
    let threads = 0;
    for (const { hello } of dispatch.workers.values()) threads += hello.threads;
    const { counts } = dispatch.scheduler.statistics();
    const gauges = { runs: states, workers: dispatch.workers.size, viewers: gateway().viewers, threads, leases: counts, disk };
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text(gauges));
  });
}
