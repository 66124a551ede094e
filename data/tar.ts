import { posix } from 'node:path';
import { extract } from 'tar-stream';
import { DataError } from './error.ts';

/**
 * Files of an unpacked tar archive that `wanted` accepts, by their last name: where an archive wants its files to go plays no part.
 * `path` is for messages. Throws DataError when the archive is damaged or holds a wanted name twice.
 */
export async function untar(bytes: Uint8Array, path: string, wanted: (name: string) => boolean): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const archive = extract();
  archive.end(bytes);
  try {
    for await (const entry of archive) {
      const name = posix.basename(entry.header.name);
      const keep = entry.header.type === 'file' && wanted(name);
      if (keep && files.has(name)) throw new DataError(path, `holds ${name} twice`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) if (keep) chunks.push(chunk as Uint8Array);
      if (keep) files.set(name, Buffer.concat(chunks));
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(path, `is not a whole tar archive (${(error as Error).message}); copy or download it again`, { cause: error });
  }
  return files;
}
