// `germline replay`: the same run again from its seed and its selections, without evaluating anyone.
import { availableParallelism } from 'node:os';
import { compileNetwork } from '../../core/network.ts';
import { Run } from '../../core/run.ts';
import { readChampion } from '../../journal/champion-file.ts';
import { Journal, type Replayed, replay as replayJournal } from '../../journal/index.ts';
import { lastChampion } from '../champion.ts';
import { Note } from '../display/note.ts';
import { counted } from '../display/numbers.ts';
import { engineOf, openRun } from '../run-folder.ts';
import { MAX_THREADS, wholeNumber } from '../whole-number.ts';

export interface ReplayFlags {
  threads?: string;
  json?: boolean;
}

/** Returns the exit code 0 where everything agrees; what differs is thrown as ReplayError. */
export async function replay(folder: string, flags: ReplayFlags): Promise<number> {
  const threads = flags.threads === undefined ? availableParallelism() : wholeNumber(flags.threads, '--threads', 1, MAX_THREADS);
  const note = new Note(process.stderr);
  const journal = Journal.read(folder);
  try {
    const { experiment, dataset } = await openRun(journal.run, folder);
    const engine = await engineOf(journal);
    const champion = lastChampion(journal);
    const result = await replayJournal(journal, {
      settings: experiment,
      dataset,
      threads,
      championWeights: champion && readChampion(folder, compileNetwork(experiment.network, dataset.shape), champion),
      onProgress: (generation, generations) => note.show(`replaying generation ${counted(generation)} of ${counted(generations)}`),
      open: (options) => Run.open({ ...options, engine }),
    });
    note.close();
    process.stdout.write(flags.json ? jsonLine(result) : described(result));
    return 0;
  } finally {
    note.close();
    journal.close();
  }
}

function jsonLine({ generations, digest, champion, matches }: Replayed): string {
  const short = champion && { generation: champion.generation, individual: champion.individual, digest: champion.digest };
  return `${JSON.stringify({ event: 'replayed', generations, digest, champion: short, matches })}\n`;
}

function described({ generations, digest, champion, matches }: Replayed): string {
  const lines = [
    `Replayed ${counted(generations)} ${generations === 1 ? 'generation' : 'generations'}: every digest is the one in the journal.`,
    `  digest      ${digest}${matches.final ? ', as at its end' : ''}`,
  ];
  if (champion) {
    const kept = matches.weights ? '; its file holds the same weights' : '';
    lines.push(`  champion    ${champion.digest}, of generation ${counted(champion.generation)}${kept}`);
  }
  return `${lines.join('\n')}\n`;
}
