// `germline runs`, `show`, `pause`, `resume`, `stop`, `delete`: the runs of a server.
import { Api, type RunInfo } from '../api.ts';
import { bytes, counted, duration, loss, percent } from '../display/numbers.ts';
import type { ServerFlags } from '../server-address.ts';

export interface RunsFlags extends ServerFlags {
  json?: boolean;
}

export async function list(flags: RunsFlags): Promise<number> {
  const runs = await new Api(flags).runs();
  if (flags.json) for (const run of runs) process.stdout.write(`${JSON.stringify(run)}\n`);
  else process.stdout.write(runs.length ? table(runs) : 'There are no runs. Submit one: germline submit mnist\n');
  return 0;
}

export async function show(text: string, flags: RunsFlags): Promise<number> {
  const api = new Api(flags);
  const { id } = await api.find(text);
  const run = await api.json<RunInfo>('GET', `api/runs/${id}`);
  process.stdout.write(flags.json ? `${JSON.stringify(run)}\n` : described(run));
  return 0;
}

export async function act(action: 'pause' | 'resume' | 'stop', text: string, flags: RunsFlags): Promise<number> {
  const api = new Api(flags);
  const { id } = await api.find(text);
  const run = await api.json<RunInfo>('POST', `api/runs/${id}/${action}`);
  process.stdout.write(flags.json ? `${JSON.stringify(run)}\n` : `${id} is ${run.state}\n`);
  return 0;
}

export async function remove(text: string, flags: RunsFlags): Promise<number> {
  const api = new Api(flags);
  const { id } = await api.find(text);
  await api.json('DELETE', `api/runs/${id}`);
  process.stdout.write(flags.json ? `${JSON.stringify({ deleted: id })}\n` : `${id} is deleted\n`);
  return 0;
}

function table(runs: RunInfo[]): string {
  const rows = runs.map(({ id, state, generations, horizon, best, champion }) => [
    id,
    state,
    `${counted(generations)}/${counted(horizon)}`,
    best === null ? '-' : loss(best),
    validationOf(champion),
  ]);
  const all = [['run', 'state', 'generations', 'best', 'validation'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function validationOf(champion: RunInfo['champion']): string {
  if (!champion) return '-';
  const { loss: value, accuracy } = champion.validation;
  return accuracy === null ? loss(value ?? Number.POSITIVE_INFINITY) : percent(accuracy);
}

function diskOf({ bytes: now, perGeneration, forecast, free }: NonNullable<RunInfo['disk']>): string {
  const parts = [bytes(now)];
  if (perGeneration !== null && forecast !== null) parts.push(`${bytes(perGeneration)} a generation`, `${bytes(forecast)} at its end`);
  return `${parts.join(', ')}; ${bytes(free)} free`;
}

function described(run: RunInfo): string {
  const rows: [string, string][] = [
    ['run', run.id],
    ['experiment', run.name],
    ['state', run.failure ? `${run.state}: ${run.failure.message}` : run.state],
    ['created', run.created],
    ['seed', run.seed],
    ['generations', `${counted(run.generations)} of ${counted(run.horizon)}`],
    ['population', counted(run.population)],
    ['algorithm', run.algorithm],
    ['dataset', run.dataset.name],
    ['best', run.best === null ? '-' : loss(run.best)],
    ['validation', validationOf(run.champion)],
  ];
  if (run.disk) rows.push(['disk', diskOf(run.disk)]);
  for (const { generation, records, at, why } of run.cuts) {
    rows.push(['went back', `to generation ${counted(generation)} of ${counted(records)} at ${at}: ${why}`]);
  }
  if (run.doubt) {
    const { generation, who, why } = run.doubt;
    rows.push([
      'in doubt',
      `from generation ${counted(generation)} on it holds results of ${who} that nobody confirmed: ${why}. Clone it to have it without`,
    ]);
  }
  if (run.end) rows.push(['ended', `${run.end.reason} after ${duration(run.end.seconds)}`], ['digest', run.end.digest]);
  return rows.map(([name, value]) => `${name.padEnd(12)} ${value}\n`).join('');
}
