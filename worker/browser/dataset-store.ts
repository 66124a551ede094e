// Datasets that a browser keeps for a server: in Cache Storage, or, on pages that have none (plain HTTP from another machine), in
// IndexedDB. What is read is checked against its hash, so nothing kept has to be trusted.
import { parseDataset } from '../../data/serialisation.ts';
import type { DatasetStore } from '../datasets.ts';

const NAME = 'germline-datasets';

/** Bytes by hash. */
interface Shelf {
  get(hash: string): Promise<Uint8Array<ArrayBuffer> | null>;
  put(hash: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  delete(hash: string): Promise<void>;
}

export function datasetStore(): DatasetStore {
  const shelf = globalThis.caches ? cacheStorage() : database();
  return {
    async load(hash) {
      const bytes = await shelf.get(hash).catch(without);
      if (!bytes) return null;
      try {
        return await parseDataset(bytes, hash);
      } catch (error) {
        if ((error as Error).name !== 'DataError') throw error;
        // Damaged: another copy will take its place.
        await shelf.delete(hash).catch(without);
        return null;
      }
    },
    keep: async (hash, bytes) => void (await shelf.put(hash, bytes).catch(without)),
  };
}

/** A browser that refuses its storage (a private window, a full disk) goes without. */
function without(error: Error): null {
  console.warn(`datasets are not kept here: ${error.message}`);
  return null;
}

function cacheStorage(): Shelf {
  const place = (hash: string) => `/api/datasets/${hash}`;
  return {
    async get(hash) {
      const response = await (await caches.open(NAME)).match(place(hash));
      return response ? new Uint8Array(await response.arrayBuffer()) : null;
    },
    put: async (hash, bytes) => (await caches.open(NAME)).put(place(hash), new Response(bytes)),
    delete: async (hash) => void (await (await caches.open(NAME)).delete(place(hash))),
  };
}

function database(): Shelf {
  const STORE = 'datasets';
  const within = async <Value>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<Value>): Promise<Value> => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore(STORE);
    const opened = await settled(opening);
    try {
      const transaction = opened.transaction(STORE, mode);
      const complete = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      const [value] = await Promise.all([settled(act(transaction.objectStore(STORE))), complete]);
      return value;
    } finally {
      opened.close();
    }
  };
  return {
    get: async (hash) => (await within('readonly', (store) => store.get(hash))) ?? null,
    put: async (hash, bytes) => void (await within('readwrite', (store) => store.put(bytes, hash))),
    delete: (hash) => within('readwrite', (store) => store.delete(hash)),
  };
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
