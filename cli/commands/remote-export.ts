// `germline export` of a run on a server: the model as the server makes it.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { Api } from '../api.ts';
import { bytes } from '../display/numbers.ts';
import type { ServerFlags } from '../server-address.ts';
import type { ExportFlags } from './export.ts';

export async function exportRemote(text: string, { format, to, ...flags }: ExportFlags & ServerFlags): Promise<number> {
  const api = new Api(flags);
  const { id } = await api.find(text);
  const model = await api.bytes(`api/runs/${id}/export?format=${format}`);
  // A tfjs model is several files: they come as a zip.
  const files = format === 'tfjs' ? unzipSync(model) : { '': model };
  const path = to ?? (format === 'tfjs' ? id : `${id}.${format}`);
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/') || name.split(/[\\/]/).includes('..')) continue;
    const file = name ? join(path, name) : path;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    process.stdout.write(`${file} (${bytes(content.length)})\n`);
  }
  return 0;
}
