// Fields set by their dotted path on top of an experiment: `algorithm.mutation.sigma=0.1`.
import { ExperimentError } from './error.ts';
import { parseForm } from './parse.ts';

export interface Override {
  /** Dotted path; entries of lists by their index. */
  path: string;
  value: unknown;
}

const INDEX = /^\d+$/;

/**
 * Reads `path=value`: the value as JSON, else as a string.
 * @throws ExperimentError without a path and a `=`
 */
export function parseOverride(text: string): Override {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new ExperimentError('--set', [
      { path: '', message: `${JSON.stringify(text)} must be path=value, such as algorithm.mutation.sigma=0.1` },
    ]);
  }
  const value = text.slice(equals + 1);
  return { path: text.slice(0, equals).trim(), value: jsonOrText(value) };
}

/** The experiment's form with each field replaced in turn; whether the result is valid is for parseExperiment to say. */
export function withOverrides(form: object, overrides: Iterable<Override>, source: string): object {
  let result = form;
  for (const override of overrides) {
    const before = result;
    result = replaced(before, override.path.split('.'), override, () => parseForm(before, source));
  }
  return result;
}

/**
 * `whole` is asked for only where the path goes through a field that is absent or in its short form:
 * then the long form with its defaults takes its place, so that one of its fields can be set.
 */
function replaced(node: object, [key, ...rest]: string[], override: Override, whole: () => unknown): object {
  if (Array.isArray(node) && !(INDEX.test(key) && Number(key) <= node.length)) {
    const message = `has no entry "${key}": it is a list of ${node.length}, counted from 0`;
    throw new ExperimentError('--set', [{ path: override.path, message }]);
  }
  const inner =
    rest.length === 0 ? override.value : replaced(childToSet(node, key, rest[0], whole), rest, override, () => long(whole(), key));
  return Array.isArray(node) ? Object.assign([...node], { [key]: inner }) : { ...node, [key]: inner };
}

function childToSet(node: object, key: string, next: string, whole: () => unknown): object {
  const child = (node as Record<string, unknown>)[key];
  const fits = Array.isArray(child) ? INDEX.test(next) : isTree(child);
  return fits ? (child as object) : long(whole(), key);
}

function long(whole: unknown, key: string): object {
  const child = isTree(whole) ? (whole as Record<string, unknown>)[key] : undefined;
  return isTree(child) ? child : {};
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
