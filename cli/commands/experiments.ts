// `germline experiments`: what there is to run.
import { builtIn, parseOverride, resolveExperiment } from '../../experiments/index.ts';

export function list(): number {
  const width = Math.max(...[...builtIn.keys()].map((name) => name.length)) + 2;
  for (const [name, { description }] of builtIn) process.stdout.write(`${name.padEnd(width)}${description}\n`);
  return 0;
}

export async function show(nameOrFile: string, { set = [] }: { set?: string[] }): Promise<number> {
  const experiment = await resolveExperiment(nameOrFile, set.map(parseOverride));
  process.stdout.write(`${JSON.stringify(experiment, null, 2)}\n`);
  return 0;
}
