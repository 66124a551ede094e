// /api/runs: make, list, show, start, pause, stop, clone, delete.
import type { FastifyInstance } from 'fastify';
import { ProtocolError } from '../../protocol/errors.ts';
import { estimateLimits, httpLimits } from '../limits.ts';
import { runEntry } from '../run-entry.ts';
import type { RunHandle } from '../run-handle.ts';
import type { NewRun } from '../runs.ts';
import type { Served } from './app.ts';
import { RUN_PARAMS, VIEWERS } from './schemas.ts';

interface ById {
  Params: { id: string };
}

const CHANGES = {
  type: 'object',
  additionalProperties: false,
  properties: {
    seed: { type: ['string', 'integer'], description: '64 bits, decimal; default: a random one.' },
    set: {
      type: 'array',
      maxItems: estimateLimits.overrides,
      items: {
        type: 'object',
        additionalProperties: false,
        properties: { path: { type: 'string', maxLength: estimateLimits.pathLength }, value: {} },
        required: ['path', 'value'],
      },
      description: 'Fields of the experiment to set, by dotted path.',
    },
    start: { type: 'boolean', default: true, description: 'Start the run at once.' },
  },
} as const;

const NEW_RUN = {
  ...CHANGES,
  properties: {
    ...CHANGES.properties,
    experiment: { type: ['string', 'object'], description: 'Name of a built-in experiment, or an experiment.' },
  },
  required: ['experiment'],
} as const;

export function runRoutes(app: FastifyInstance, { runs, disk, metrics }: Served): void {
  const entry = (run: RunHandle) => runEntry(run, metrics.work, disk);
  const shown = (run: RunHandle) => ({ ...entry(run), experiment: run.record.experiment });

  app.get('/api/runs', { config: { roles: VIEWERS }, schema: { summary: 'All runs, oldest first' } }, async () => ({
    runs: Array.from(runs.all(), entry),
  }));

  app.post<{ Body: NewRun }>('/api/runs', { schema: { summary: 'A new run', body: NEW_RUN } }, async ({ body }, reply) => {
    const { experiment, set, seed, start } = body;
    return reply.code(201).send(shown(await runs.create({ experiment, set, seed, start })));
  });

  app.get<ById>('/api/runs/:id', { config: { roles: VIEWERS }, schema: { summary: 'A run', params: RUN_PARAMS } }, async ({ params }) => ({
    ...shown(runs.get(params.id)),
    disk: await disk.of(runs.get(params.id)),
  }));

  app.delete<ById>(
    '/api/runs/:id',
    { schema: { summary: 'Deletes a run that does not run', params: RUN_PARAMS } },
    async ({ params }, reply) => {
      await runs.remove(params.id);
      return reply.code(204).send();
    },
  );

  const actions: Record<string, { summary: string; act: (id: string) => Promise<RunHandle> }> = {
    start: { summary: 'Starts a run', act: (id) => runs.start(id) },
    resume: { summary: 'Goes on with a run that was paused or stopped, or that failed', act: (id) => runs.start(id) },
    pause: { summary: 'Pauses a run: the generation in progress is measured again later', act: (id) => stopped(id, 'paused') },
    stop: { summary: 'Stops a run', act: (id) => stopped(id, 'stopped') },
  };
  const stopped = async (id: string, state: 'paused' | 'stopped') => {
    const run = runs.get(id);
    await run.stop(state);
    return run;
  };
  for (const [name, { summary, act }] of Object.entries(actions)) {
    app.post<ById>(`/api/runs/:id/${name}`, { schema: { summary, params: RUN_PARAMS } }, async ({ params }) => shown(await act(params.id)));
  }

  app.post<ById & { Body: Omit<NewRun, 'experiment'> | null }>(
    '/api/runs/:id/clone',
    {
      schema: {
        summary: "A new run of a run's experiment, from generation 0; the same seed unless another is given",
        params: RUN_PARAMS,
        body: CHANGES,
      },
    },
    async ({ params, body }, reply) => {
      const run = runs.get(params.id);
      const { experiment, seed } = run.record;
      const made = await runs.create({
        experiment,
        set: body?.set,
        seed: body?.seed ?? seed,
        start: body?.start,
        genome: await runs.startOf(run),
        clonedFrom: params.id,
      });
      return reply.code(201).send(shown(made));
    },
  );

  app.put<ById & { Body: Buffer }>(
    '/api/runs/:id/start',
    {
      bodyLimit: httpLimits.genomeBytes,
      schema: { summary: 'The genome that a run not begun yet is to start from (float32, little-endian)', params: RUN_PARAMS },
    },
    async ({ params, body }, reply) => {
      if (!Buffer.isBuffer(body)) throw new ProtocolError('malformed', 'a genome comes as application/octet-stream');
      await runs.setStart(runs.get(params.id), body);
      return reply.code(204).send();
    },
  );
}
