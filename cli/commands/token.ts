// `germline token`: who may use a server, in its data folder. A server that runs takes note by itself.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Role } from '../../protocol/messages.ts';
import { Tokens } from '../../server/index.ts';
import { UsageError } from '../mistake.ts';
import { DEFAULT_DATA } from './serve.ts';

export interface TokenFlags {
  data?: string;
  json?: boolean;
}

async function tokensOf({ data = DEFAULT_DATA }: TokenFlags, make = false): Promise<Tokens> {
  const folder = resolve(data);
  if (!make && !existsSync(folder))
    throw new UsageError(`--data ${data}: there is no such folder; it is what germline serve was started with`);
  return Tokens.open(folder);
}

export async function create(role: Role, flags: TokenFlags & { note?: string }): Promise<number> {
  const tokens = await tokensOf(flags, true);
  const first = tokens.empty;
  const { entry, token } = await tokens.create(role, flags.note ?? '');
  process.stdout.write(flags.json ? `${JSON.stringify({ ...entry, token })}\n` : `${token}\n`);
  if (first && !flags.json) {
    process.stderr.write(
      `This is the first token: from now on a server of this folder asks everyone for one, on this machine too.${role === 'admin' ? '' : ' For yourself: germline token create admin'}\n`,
    );
  }
  return 0;
}

export async function list(flags: TokenFlags): Promise<number> {
  const entries = (await tokensOf(flags)).list();
  if (flags.json) for (const entry of entries) process.stdout.write(`${JSON.stringify(entry)}\n`);
  else if (!entries.length) process.stdout.write('There are no tokens.\n');
  else
    for (const { id, role, created, note } of entries) process.stdout.write(`${id}  ${role.padEnd(6)}  ${created.slice(0, 10)}  ${note}\n`);
  return 0;
}

export async function revoke(id: string, flags: TokenFlags): Promise<number> {
  const done = await (await tokensOf(flags)).revoke(id);
  if (!done) throw new UsageError(`token revoke: there is no token ${JSON.stringify(id)}; germline token list shows their ids`);
  process.stdout.write(flags.json ? `${JSON.stringify({ revoked: id })}\n` : `revoked ${id}\n`);
  return 0;
}
