// A process that appends records until it is killed: prints a generation once its append has resolved.
//   append-child.ts FOLDER [LAST] [IN-FLIGHT] [SNAPSHOT-EVERY] [kill | close]
import { writeSync } from 'node:fs';
import { Journal, type JournalError } from '../../journal/index.ts';
import { digest, sampleRecord, sampleRun } from './sample.ts';

const [folder, last = '1000000', inFlight = '1', snapshotEvery = '0', end = 'kill'] = process.argv.slice(2);
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
const journal = await Journal.open(folder).catch((error: JournalError) => {
  if (error.code === 'missing') return Journal.create(folder, sampleRun({ keepLosses: 10 }));
  throw error;
});
say(`open ${journal.count}`);
const waiting: Promise<void>[] = [];
for (let g = journal.count; g < Number(last); g++) {
  waiting.push(journal.append(sampleRecord(g)).then(() => say(String(g))));
  if (waiting.length >= Number(inFlight)) await waiting.shift();
  if (Number(snapshotEvery) && g % Number(snapshotEvery) === 0) {
    await journal.addSnapshot(g, digest(`state ${g}`), [new Uint8Array(100_000).fill(g)]);
    say(`snapshot ${g}`);
  }
}
await Promise.all(waiting);
say('end');
if (end === 'close') await journal.close();
// Else the process ends as a killed one does, its log still there.
else process.kill(process.pid, 'SIGKILL');
