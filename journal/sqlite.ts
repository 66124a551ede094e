// Node's built-in SQLite, loaded when first needed, without the notice that some Node versions print when it loads.
import process from 'node:process';

type Sqlite = typeof import('node:sqlite');

let loaded: Sqlite | undefined;

function isNotice(warning: unknown, rest: unknown[]): boolean {
  const type = typeof rest[0] === 'string' ? rest[0] : (rest[0] as { type?: string } | undefined)?.type;
  return type === 'ExperimentalWarning' && String(warning).startsWith('SQLite');
}

/** `node:sqlite`. Every other warning still reaches the user: only this one, and only while the module loads, is held back. */
export function sqlite(): Sqlite {
  if (loaded) return loaded;
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!isNotice(warning, rest)) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof emitWarning;
  try {
    loaded = process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
  return loaded;
}
