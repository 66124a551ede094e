import { createHash } from 'node:crypto';
import type { Dataset } from '../core/dataset.ts';
import { serialiseDataset } from './serialisation.ts';

/** SHA-256 (hex) of a dataset's content, whatever files it came from and whatever it is called: of its serialisation. */
export function hashDataset(dataset: Omit<Dataset, 'name' | 'hash'>): string {
  const hash = createHash('sha256');
  for (const part of serialiseDataset(dataset)) hash.update(part);
  return hash.digest('hex');
}
