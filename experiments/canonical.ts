// Canonical JSON (RFC 8785, JCS) and the hash that names an experiment.
// https://www.rfc-editor.org/rfc/rfc8785
import { createHash } from 'node:crypto';
import type { Experiment } from './schema.ts';

/**
 * The one text of a JSON value: no white space, members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
 * @throws TypeError for what JSON has no text for: non-finite numbers, lone surrogates, undefined, functions, big integers
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$');
}

/** SHA-256 (64 hex digits) of an experiment's canonical JSON: the same for everyone who means the same experiment. */
export function experimentHash(experiment: Experiment): string {
  return createHash('sha256').update(canonicalJson(experiment), 'utf8').digest('hex');
}

function write(value: unknown, path: string): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${path}: JSON has no ${value}`);
    return JSON.stringify(value); // "-0" becomes "0", as section 3.2.2.3 asks
  }
  if (typeof value === 'string') return quote(value, path);
  if (Array.isArray(value)) return `[${value.map((item, i) => write(item, `${path}[${i}]`)).join(',')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, item]) => `${quote(key, path)}:${write(item, `${path}.${key}`)}`).join(',')}}`;
  }
  throw new TypeError(`${path}: JSON has no ${typeof value}`);
}

function quote(text: string, path: string): string {
  if (!text.isWellFormed()) throw new TypeError(`${path}: a surrogate without its other half`);
  return JSON.stringify(text);
}
