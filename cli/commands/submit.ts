// `germline submit`: a new run on a server.
import { parseOverride, resolveExperiment } from '../../experiments/index.ts';
import { Api, type RunInfo } from '../api.ts';
import type { ServerFlags } from '../server-address.ts';
import { follow } from './watch.ts';

export interface SubmitFlags extends ServerFlags {
  seed?: string;
  generations?: string;
  population?: string;
  minutes?: string;
  set?: string[];
  watch?: boolean;
  json?: boolean;
  /** false (--no-start): the run waits. */
  start?: boolean;
}

/** The experiment is read and checked here: files are this machine's, and a mistake is told before anything is sent. */
export async function submit(nameOrFile: string, flags: SubmitFlags): Promise<number> {
  const api = new Api(flags);
  const fields = { generations: flags.generations, population: flags.population, 'stop.minutes': flags.minutes };
  const sets = Object.entries(fields).flatMap(([path, value]) => (value === undefined ? [] : [`${path}=${value}`]));
  const experiment = await resolveExperiment(nameOrFile, [...sets, ...(flags.set ?? [])].map(parseOverride));
  const { seed, start = true } = flags;
  const run = await api.json<RunInfo>('POST', 'api/runs', { experiment, start, ...(seed === undefined ? {} : { seed }) });
  if (flags.watch) {
    // The lines of --json are those of `run --json` and nothing else.
    if (!flags.json) process.stdout.write(`${run.id}\n`);
    return follow(api, run, flags);
  }
  process.stdout.write(flags.json ? `${JSON.stringify(run)}\n` : `${run.id}\n`);
  return 0;
}
