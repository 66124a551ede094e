// What the dashboard weighs, gzipped: node tools/with-node.js tools/client-size.ts. `npm run check` asks it too.
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { root, runNode } from './run-node.ts';

/** Bytes of JavaScript and CSS that all of the dashboard's own pages may come to, gzipped. */
export const MOST_BYTES = 150_000;

export interface FileSize {
  file: string;
  /** Gzipped bytes. */
  bytes: number;
}

export interface ClientSize {
  /** What the dashboard's own pages are made of, whether it is loaded with them or later. */
  own: FileSize[];
  /** What only computing needs, here: /join, the champion that runs in the page, the engine. */
  apart: FileSize[];
}

export const sum = (files: readonly FileSize[]): number => files.reduce((all, { bytes }) => all + bytes, 0);

/** Builds the dashboard in memory: what lies in client/build may be of yesterday. */
export async function clientSize(): Promise<ClientSize> {
  if (await runNode(['tools/build-wasm.ts', '--if-stale'])) throw new Error('the engine could not be built');
  const built = (await build({
    configFile: `${root}client/vite.config.ts`,
    logLevel: 'error',
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  const files = new Map(built.output.map((made) => [made.fileName, made]));
  const own = new Set<string>();
  const take = (name: string): void => {
    const made = files.get(name);
    if (!made || own.has(name)) return;
    own.add(name);
    if (made.type !== 'chunk') return;
    for (const style of made.viteMetadata?.importedCss ?? []) own.add(style);
    for (const next of made.imports) take(next);
    for (const next of made.dynamicImports) if (!computes(files.get(next))) take(next);
  };
  for (const made of built.output) if (made.type === 'chunk' && made.isEntry) take(made.fileName);
  const sizes = [...files.values()].map((made) => ({
    file: made.fileName,
    bytes: gzipSync(made.type === 'chunk' ? made.code : made.source, { level: 9 }).length,
  }));
  sizes.sort((a, b) => b.bytes - a.bytes);
  const is = ({ file }: FileSize) => own.has(file);
  return { own: sizes.filter(is), apart: sizes.filter((size) => !is(size) && !/\.(html|svg)$/.test(size.file)) };
}

/** Where what computes in the browser begins. */
const COMPUTING = /\/client\/(pages\/join|inference)\//;

function computes(made: Rolldown.OutputChunk | Rolldown.OutputAsset | undefined): boolean {
  return made?.type === 'chunk' && COMPUTING.test(made.facadeModuleId ?? '');
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);

function table(title: string, files: readonly FileSize[]): string {
  return [title, ...files.map(({ file, bytes }) => `${kilobytes(bytes)}  ${basename(file)}`), `${kilobytes(sum(files))}  in all`, ''].join(
    '\n',
  );
}

if (import.meta.main) {
  const { own, apart } = await clientSize();
  console.log(table("the dashboard's own pages, gzipped", own));
  console.log(table('what computes in the browser: /join, the champion on its page, the engine', apart));
  const good = sum(own) < MOST_BYTES;
  console.log(`${kilobytes(sum(own)).trim()} of at most ${kilobytes(MOST_BYTES).trim()}: ${good ? 'good' : 'TOO MUCH'}`);
  process.exitCode = good ? 0 : 1;
}
