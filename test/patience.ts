// What a test waits for comes in no time, unless the machine is busy: `vi.waitFor` gives up after twenty seconds, not after one.
import { vi } from 'vitest';

const { waitFor } = vi;
const TIMEOUT_MS = 20_000;

vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: TIMEOUT_MS, interval: 20, ...options });
