// A disk that loses its power: what a process wrote, from strace's record, and what of it is left when only the synced part is sure.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export type Operation =
  | { kind: 'create' | 'unlink' | 'sync' | 'mkdir'; path: string }
  | { kind: 'write'; path: string; at: number; bytes: Buffer }
  | { kind: 'truncate'; path: string; size: number }
  | { kind: 'rename'; path: string; to: string }
  /** A line on the process's standard output. */
  | { kind: 'say'; line: string };

export const TRACED = 'openat,mkdir,rename,unlink,ftruncate,write,pwrite64,fsync,fdatasync';
/** strace's flags: follow threads, paths of descriptors, all strings in hex and whole. */
export const STRACE_FLAGS = ['-f', '-y', '-xx', '-s', '1000000', '-e', `trace=${TRACED}`];

const unhex = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex');
const nameOf = (text: string): string => (text.startsWith('\\x') ? unhex(text).toString() : text);

/** The calls below `folder` that succeeded, and the lines said, in the order that they returned. */
export function parseTrace(trace: string, folder: string): Operation[] {
  const operations: Operation[] = [];
  const unfinished = new Map<string, string>();
  const positions = new Map<string, number>();
  const inside = (path: string): boolean => path === folder || path.startsWith(`${folder}/`);
  for (const line of trace.split('\n')) {
    const [, thread, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (!thread) continue;
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(thread, rest.slice(0, -'<unfinished ...>'.length).trimEnd());
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed ? (unfinished.get(thread) ?? '') + resumed[1] : rest;
    const [, call, given, result] = /^(\w+)\((.*)\)\s+= (\d+)/.exec(whole) ?? [];
    if (!call) continue;
    const strings = [...given.matchAll(/"([^"]*)"/g)].map(([, text]) => text);
    const [, descriptor, target] = /^(\d+)<([^>]*)>/.exec(given) ?? [];
    const path = target === undefined ? nameOf(strings[0] ?? '') : nameOf(target);
    if (call === 'write' && descriptor === '1') {
      for (const said of unhex(strings[0]).toString().trim().split('\n')) operations.push({ kind: 'say', line: said });
    } else if (!inside(path)) continue;
    else if (call === 'openat' && given.includes('O_CREAT')) {
      operations.push({ kind: 'create', path });
      if (given.includes('O_TRUNC')) operations.push({ kind: 'truncate', path, size: 0 });
      positions.set(path, 0);
    } else if (call === 'mkdir' || call === 'unlink') operations.push({ kind: call, path });
    else if (call === 'rename') operations.push({ kind: 'rename', path, to: nameOf(strings[1]) });
    else if (call === 'fsync' || call === 'fdatasync') operations.push({ kind: 'sync', path });
    else if (call === 'ftruncate') operations.push({ kind: 'truncate', path, size: Number(/, (\d+)$/.exec(given)?.[1]) });
    else if (call === 'pwrite64') {
      operations.push({
        kind: 'write',
        path,
        at: Number(/, (\d+)$/.exec(given)?.[1]),
        bytes: unhex(strings[0]).subarray(0, Number(result)),
      });
    } else if (call === 'write') {
      const at = positions.get(path) ?? 0;
      operations.push({ kind: 'write', path, at, bytes: unhex(strings[0]).subarray(0, Number(result)) });
      positions.set(path, at + Number(result));
    }
  }
  return operations;
}

/** Paths that a call named which had not returned when the process died: it may have come to pass or not. */
export function cutOff(trace: string): Set<string> {
  const open = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, thread, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (!thread || /^(\+\+\+|---)/.test(rest)) continue;
    if (!/(<unfinished \.\.\.>|= \?)$/.test(rest)) open.delete(thread);
    else if (!rest.startsWith('<...')) open.set(thread, rest);
  }
  return new Set([...open.values()].flatMap((call) => [...call.matchAll(/["<](\\x[^">]*)/g)].map(([, text]) => nameOf(text))));
}

type Change = Extract<Operation, { kind: 'write' | 'truncate' }>;

class File {
  synced: Buffer = Buffer.alloc(0);
  pending: Change[] = [];

  with(changes: Change[]): Buffer {
    let content = this.synced;
    for (const change of changes) {
      const size = change.kind === 'truncate' ? change.size : Math.max(content.length, change.at + change.bytes.length);
      const next = Buffer.alloc(size);
      content.copy(next);
      if (change.kind === 'write') change.bytes.copy(next, change.at);
      content = next;
    }
    return content;
  }
}

type Names = Map<string, File | 'folder'>;

/** Sectors reach a disk whole. */
const SECTOR_BYTES = 512;

export class Disk {
  readonly #now: Names = new Map();
  /** Names that a power cut cannot take back. */
  readonly #synced: Names = new Map();
  #pending: { folder: string; change: (names: Names) => void }[] = [];

  #name(path: string, change: (names: Names) => void): void {
    change(this.#now);
    this.#pending.push({ folder: dirname(path), change });
  }

  apply(operation: Operation): void {
    if (operation.kind === 'say') return;
    const { path } = operation;
    const entry = this.#now.get(path);
    if (operation.kind === 'create') {
      const file = new File();
      if (!entry) this.#name(path, (names) => names.set(path, file));
    } else if (operation.kind === 'mkdir') {
      this.#name(path, (names) => names.set(path, 'folder'));
    } else if (operation.kind === 'unlink') {
      this.#name(path, (names) => names.delete(path));
    } else if (operation.kind === 'rename') {
      this.#name(path, (names) => {
        if (entry) names.set(operation.to, entry);
        names.delete(path);
      });
    } else if (operation.kind === 'write' || operation.kind === 'truncate') {
      if (entry instanceof File) entry.pending.push(operation);
    } else if (entry instanceof File) {
      entry.synced = entry.with(entry.pending);
      entry.pending = [];
    } else {
      for (const { folder, change } of this.#pending) if (folder === path) change(this.#synced);
      this.#pending = this.#pending.filter(({ folder }) => folder !== path);
    }
  }

  /**
   * Writes what a power cut now may leave of `from` into `to`: all that was synced, and of the rest whatever chance keeps, writes torn
   * between sectors. `chance(n)` is a number from 0 to below n.
   */
  cut(from: string, to: string, chance: (below: number) => number): void {
    const names: Names = new Map(this.#synced);
    for (const { change } of this.#pending) if (chance(2)) change(names);
    const mood = chance(4);
    mkdirSync(to);
    for (const [path, entry] of names) if (entry === 'folder') mkdirSync(join(to, relative(from, path)), { recursive: true });
    for (const [path, entry] of names) {
      if (entry === 'folder') continue;
      // All gone, all there, or each by chance.
      const kept = mood === 0 ? [] : mood === 1 ? entry.pending : entry.pending.flatMap((change) => torn(change, chance));
      const target = join(to, relative(from, path));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, entry.with(kept));
    }
  }
}

function torn(change: Change, chance: (below: number) => number): Change[] {
  const fate = chance(3);
  if (fate === 0) return [];
  if (fate === 1 || change.kind === 'truncate') return [change];
  const parts: Change[] = [];
  const { at, bytes } = change;
  for (let begin = at; begin < at + bytes.length; ) {
    const end = Math.min(at + bytes.length, (Math.floor(begin / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (chance(2)) parts.push({ ...change, at: begin, bytes: bytes.subarray(begin - at, end - at) });
    begin = end;
  }
  return parts;
}
