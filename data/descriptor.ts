import type { SplitName } from '../core/dataset.ts';
import type { DatasetSource } from './source.ts';

/** A dataset that this package knows by name: what it is, and where its files come from. */
export interface Descriptor {
  name: string;
  /** One line: what it shows, by whom, under which licence. */
  about: string;
  /** Of one example, channels last. */
  shape: number[];
  classes: number;
  examples: Record<SplitName, number>;
  /** How its files are read, wherever they lie. */
  source: DatasetSource;
  /** `Dataset.hash`, where it is known beforehand: a loaded dataset must have it. */
  hash?: string;
  origin: Shipped | Mirrored;
}

/** In the package's own data/sets. */
export interface Shipped {
  /** Name of the folder there. */
  folder: string;
}

/** On public servers. */
export interface Mirrored {
  /** Addresses that end in a slash, each serving all of `downloads`; tried in this order. */
  mirrors: string[];
  downloads: Download[];
}

export interface Download {
  /** Appended to a mirror's address. */
  name: string;
  bytes: number;
  /** Of the file as served. */
  sha256: string;
  packing: 'gzip' | 'tar.gz';
  /** Folder that a tar archive unpacks to. */
  folder?: string;
  /** Content that the cache keeps, unpacked. Its hash is what counts where a user's own copy was packed by another hand. */
  holds: PinnedFile[];
}

export interface PinnedFile {
  name: string;
  bytes: number;
  sha256: string;
}
