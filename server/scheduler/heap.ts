// A binary min-heap whose entries know their place, so that any of them can be moved or taken out in O(log n).

export class HeapEntry<T> {
  readonly item: T;
  key = 0;
  /** Index in the heap; -1 while it is in none. */
  place = -1;
  constructor(item: T) {
    this.item = item;
  }
}

export class Heap<T> {
  readonly #entries: HeapEntry<T>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** The entry with the least key. */
  get top(): HeapEntry<T> | undefined {
    return this.#entries[0];
  }

  /** Puts the entry in, or moves it to its new key. */
  set(entry: HeapEntry<T>, key: number): void {
    const old = entry.key;
    entry.key = key;
    if (entry.place < 0) {
      entry.place = this.#entries.length;
      this.#entries.push(entry);
      this.#up(entry);
    } else if (key < old) this.#up(entry);
    else this.#down(entry);
  }

  remove(entry: HeapEntry<T>): void {
    if (entry.place < 0) return;
    const last = this.#entries.pop() as HeapEntry<T>;
    if (last !== entry) {
      last.place = entry.place;
      this.#entries[last.place] = last;
      this.#up(last);
      this.#down(last);
    }
    entry.place = -1;
  }

  #up(entry: HeapEntry<T>): void {
    const entries = this.#entries;
    while (entry.place > 0) {
      const above = entries[(entry.place - 1) >> 1];
      if (above.key <= entry.key) break;
      this.#swap(above, entry);
    }
  }

  #down(entry: HeapEntry<T>): void {
    const entries = this.#entries;
    for (;;) {
      const left = 2 * entry.place + 1;
      if (left >= entries.length) break;
      const below = left + 1 < entries.length && entries[left + 1].key < entries[left].key ? entries[left + 1] : entries[left];
      if (below.key >= entry.key) break;
      this.#swap(entry, below);
    }
  }

  #swap(upper: HeapEntry<T>, lower: HeapEntry<T>): void {
    const place = upper.place;
    upper.place = lower.place;
    lower.place = place;
    this.#entries[upper.place] = upper;
    this.#entries[lower.place] = lower;
  }
}
