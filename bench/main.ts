// `npm run bench [-- --json] [-- --only NAME] [-- --write]`: every figure beside its target and its limit.
//   --only NAME   benchmarks whose name holds NAME: operators, kernels, children, threads, million, served, swarm,
//                 dashboard
//   --json        one object on stdout
//   --write       also writes docs/benchmarks.md (all benchmarks only)
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { children } from './children.ts';
import { dashboard } from './dashboard.ts';
import { kernels } from './kernels.ts';
import { million } from './million.ts';
import { operators } from './operators.ts';
import { peak } from './peak.ts';
import { markdown, table } from './report.ts';
import { kept, type Row } from './row.ts';
import { served } from './served.ts';
import { swarm } from './swarm.ts';
import { threads } from './threads.ts';

const benchmarks: Record<string, () => Promise<Row[]>> = { operators, kernels, children, threads, million, served, swarm, dashboard };

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string' }, write: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log(`npm run bench -- [--only NAME] [--json] [--write]

  --only   those whose names hold this: ${Object.keys(benchmarks).join(', ')}
  --json   numbers for programs
  --write  all of them, to docs/benchmarks.md: some ten minutes on a machine with nothing else to do`);
  process.exit(0);
}
const chosen = Object.keys(benchmarks).filter((name) => name.includes(values.only ?? ''));
if (!chosen.length) {
  console.error(`--only ${values.only}: no such benchmark; there are ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
if (values.write && values.only) {
  console.error('--write needs every benchmark: leave --only out');
  process.exit(2);
}
const rows: Row[] = [];
for (const name of chosen) {
  process.stderr.write(`${name} ...\n`);
  const found = await benchmarks[name]();
  rows.push(...found);
  if (!values.json) console.log(table(found));
}
const machine = {
  node: process.version,
  cpu: cpus()[0].model.trim(),
  cores: cpus().length,
  platform: `${process.platform} ${process.arch}`,
  ...(await peak()),
};
if (values.json) console.log(JSON.stringify({ machine, rows: rows.map((row) => ({ ...row, kept: kept(row) })) }, null, 2));
if (values.write) await writeFile(fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url)), markdown(machine, rows));
