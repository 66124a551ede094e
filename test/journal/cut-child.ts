// A process that appends records and cuts its journal again and again until it is killed: says what it is about to do, and what is done.
//   cut-child.ts FOLDER [ROUNDS]
import { writeSync } from 'node:fs';
import { Journal, type JournalError } from '../../journal/index.ts';
import { digest, sampleRecord, sampleRun } from './sample.ts';

const [folder, rounds = '1000000'] = process.argv.slice(2);
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
const journal = await Journal.open(folder).catch((error: JournalError) => {
  if (error.code === 'missing') return Journal.create(folder, sampleRun({ keepLosses: 4 }));
  throw error;
});
say(`at ${journal.count} ${journal.cuts().length}`);
for (let round = 0; round < Number(rounds); ++round) {
  for (let i = 0; i < 7; ++i) {
    const { count } = journal;
    say(`append ${count}`);
    await journal.append(sampleRecord(count));
    if (count % 3 === 0) await journal.addSnapshot(count, digest(`state ${count}`), [new Uint8Array(50_000).fill(count)]);
  }
  const to = journal.count - 4 - (round % 2);
  say(`cut ${to}`);
  await journal.cut(to, { who: `round ${round}`, why: 'the test says so' });
  say(`at ${journal.count} ${journal.cuts().length}`);
}
process.kill(process.pid, 'SIGKILL');
