// Entries by id, each with the number of the change that made it what it is: so anyone can be told what changed since they last heard.

interface Entry {
  change: number;
  /** Null: gone. */
  value: unknown;
  text: string;
}

export class Board {
  readonly entries = new Map<string, Entry>();
  /** The number of the latest one. */
  change = 0;
  /** Entries that are gone and not forgotten. */
  #gone = 0;

  set(id: string, value: unknown): void {
    const text = JSON.stringify(value);
    const known = this.entries.get(id);
    if (known?.text === text) return;
    this.#gone += Number(value === null) - Number(known?.value === null);
    this.entries.set(id, { change: ++this.change, value, text });
  }

  /** One entry, if it changed after `seen`. */
  one(id: string, seen: number): Record<string, unknown> | null {
    const entry = this.entries.get(id);
    return entry && entry.change > seen ? { [id]: entry.value } : null;
  }

  /** What changed after `seen`. */
  since(seen: number): Record<string, unknown> | null {
    if (seen === this.change) return null;
    const changed: Record<string, unknown> = {};
    for (const [id, { change, value }] of this.entries) if (change > seen) changed[id] = value;
    return changed;
  }

  all(): Record<string, unknown> {
    const all: Record<string, unknown> = {};
    for (const [id, { value }] of this.entries) if (value !== null) all[id] = value;
    return all;
  }

  /** Forgets what is gone, where everyone has seen that. */
  forgetGone(seen: number): void {
    if (!this.#gone) return;
    for (const [id, { change, value }] of this.entries) {
      if (value !== null || change > seen) continue;
      this.entries.delete(id);
      this.#gone -= 1;
    }
  }

  /** Forgets what is not wanted any more, without a word to anyone. */
  keep(wanted: (id: string) => boolean): void {
    for (const [id, { value }] of this.entries) {
      if (wanted(id)) continue;
      this.entries.delete(id);
      this.#gone -= Number(value === null);
    }
  }
}
