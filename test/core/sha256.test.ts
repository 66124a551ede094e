// The same hash with and without crypto.subtle.
import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { sha256 } from '../../core/sha256.ts';

afterEach(() => vi.unstubAllGlobals());

test.each([true, false])('is SHA-256; crypto.subtle: %s', async (subtle) => {
  if (!subtle) vi.stubGlobal('crypto', { subtle: undefined });
  for (const length of [0, 1, 63, 64, 65, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) & 255);
    expect(await sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});
