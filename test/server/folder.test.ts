// The data folder: one server at a time, and clear words where it cannot be used.
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Child } from './fixtures/child.ts';
import { folder, start } from './fixtures/server.ts';

it('is refused to a second server, which names the first', async () => {
  const data = await folder();
  await start({ data });
  await expect(start({ data })).rejects.toThrow(/another server uses the data folder .*process \d+/);
  await expect(Child.start(data)).rejects.toThrow(/another server uses the data folder/);
});

it('is free again once the server is closed, or was killed', async () => {
  const data = await folder();
  await (await start({ data })).close();
  const child = await Child.start(data);
  child.process.kill('SIGKILL');
  await child.exited;
  await start({ data });
});

it.skipIf(process.getuid?.() === 0)('that cannot be written is an error that says so', async () => {
  const data = await folder();
  await chmod(data, 0o500);
  await expect(start({ data })).rejects.toThrow(/cannot be used: .*cannot be written/);
  await chmod(data, 0o700);
});

it('may not be a file', async () => {
  await expect(start({ data: join(import.meta.dirname, 'folder.test.ts') })).rejects.toThrow(/the data folder cannot be used/);
});
