// `germline replay` of a run on a server: rebuilt here from its seed and selections, and compared with what the server says of it.
import { availableParallelism } from 'node:os';
import { ENGINE_FILES, type Engine, engineFrom } from '../../core/engine.ts';
import { Threads } from '../../core/threads.ts';
import { parseExperiment } from '../../experiments/index.ts';
import { datasetFolder } from '../../worker/dataset-folder.ts';
import { obtainDataset } from '../../worker/datasets.ts';
import { httpSource } from '../../worker/source.ts';
import { Api, RequestError, type RunInfo, ServerFailure } from '../api.ts';
import { Note } from '../display/note.ts';
import { counted } from '../display/numbers.ts';
import type { ServerFlags } from '../server-address.ts';
import { Stop } from '../stop.ts';
import { MAX_THREADS, wholeNumber } from '../whole-number.ts';
import type { ReplayFlags } from './replay.ts';

export async function replayRemote(text: string, flags: ReplayFlags & ServerFlags): Promise<number> {
  const count = flags.threads === undefined ? availableParallelism() : wholeNumber(flags.threads, '--threads', 1, MAX_THREADS);
  const api = new Api(flags);
  const { id } = await api.find(text);
  const run = await api.json<RunInfo>('GET', `api/runs/${id}`);
  const { hash } = run.dataset;
  if (!run.end || !run.engine || !hash || run.generations !== run.end.generations) {
    throw new RequestError('conflict', `run ${id} is ${run.state}: a run is replayed once it is over, stopped or paused`);
  }
  const note = new Note(process.stderr);
  const stop = new Stop();
  try {
    const { signal } = stop;
    const source = httpSource({ base: api.address.http, token: api.address.token });
    const engine = await downloadEngine(api, run.engine);
    const dataset = await obtainDataset(hash, datasetFolder(), source, signal);
    const start = await api.bytes(`api/runs/${id}/start`).catch((error) => {
      if (error instanceof RequestError && error.refusal === 'not-found') return null;
      throw error;
    });
    const threads = await Threads.open({
      engine,
      settings: parseExperiment(run.experiment, id),
      dataset,
      seed: BigInt(run.seed),
      threads: count,
      started: start !== null,
    });
    const { generations, digest, champion } = run.end;
    try {
      await threads.init(start && new Float32Array(start.buffer));
      const { host } = threads;
      let same: boolean | null = null;
      while (host.generation < generations) {
        const before = host.generation;
        for await (const selection of source.selections(id, before, signal)) {
          if (champion?.generation === host.generation) {
            same = host.digestOf(host.candidate(champion.individual)) === champion.digest;
          }
          await threads.advance(selection);
          note.show(`replaying generation ${counted(host.generation)} of ${counted(generations)}`);
        }
        if (host.generation === before) throw new ServerFailure(`the server has no selection of generation ${before}`);
      }
      note.close();
      const own = host.digest();
      if (own !== digest) throw differs(id, `the last state has digest ${own} here, ${digest} there`);
      if (same === false) throw differs(id, 'the champion is another genome');
      const result = { generations, digest, champion: same === null ? null : 'same' };
      process.stdout.write(
        flags.json
          ? `${JSON.stringify(result)}\n`
          : `${counted(generations)} generations replayed: digest ${digest} as on the server${same ? ', and the same champion' : ''}\n`,
      );
      return 0;
    } finally {
      await threads.close();
    }
  } finally {
    note.close();
    stop.close();
  }
}

async function downloadEngine(api: Api, hash: string): Promise<Engine> {
  const file = async (name: string) => ({ name, bytes: await api.bytes(`api/engines/${hash}/${name}`) });
  return engineFrom(await Promise.all(ENGINE_FILES.map(file)), hash);
}

function differs(id: string, what: string): Error {
  const error = new Error(`the replay of run ${id} differs: ${what}`);
  error.name = 'ReplayError';
  return error;
}
