// From what a user names, a built-in experiment or a file, to an experiment that can run.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { builtIn } from './built-in/index.ts';
import { ExperimentError } from './error.ts';
import { type Override, withOverrides } from './override.ts';
import { parseExperiment } from './parse.ts';
import type { Experiment, ExperimentInput } from './schema.ts';
import { suggestion } from './suggestion.ts';

/**
 * The experiment of that name, or in that JSON file, or that is given, with fields set on top of it.
 * @throws ExperimentError for an unknown name, an unreadable file, a wrong field
 */
export async function resolveExperiment(given: string | ExperimentInput, overrides: Iterable<Override> = []): Promise<Experiment> {
  const source = typeof given === 'string' ? given : 'experiment';
  const form = typeof given === 'string' ? (builtIn.get(given) ?? (await readForm(given))) : given;
  return parseExperiment(withOverrides(form, overrides, source), source);
}

async function readForm(file: string): Promise<object> {
  const fail = (message: string) => new ExperimentError(file, [{ path: '', message }]);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw fail(code === 'EISDIR' ? 'is a folder, not an experiment file' : `cannot be read (${message})`);
    if (/\.json$|[\\/]/.test(file)) throw fail('there is no such file');
    throw fail(`no built-in experiment of that name, and no such file; ${suggestion(file, [...builtIn.keys()])}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw fail(`not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('must hold one object: an experiment');
  return { name: basename(file, '.json'), ...value };
}
