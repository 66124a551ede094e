// Which runs are held in memory: as many as the server asks for, within the limit that the user set.
import { MemoryError, type Plan } from '../core/plan.ts';
import type { Resident } from './resident.ts';

export class Residency {
  readonly #limit: number;
  readonly #residents = new Map<string, Resident>();

  /** `limit`: bytes that all runs together may take. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(run: string): Resident | undefined {
    return this.#residents.get(run);
  }

  [Symbol.iterator](): IterableIterator<Resident> {
    return this.#residents.values();
  }

  add(resident: Resident): void {
    this.#residents.set(resident.run, resident);
  }

  /** Lets a run go; false where it was not held. */
  async drop(run: string): Promise<boolean> {
    const resident = this.#residents.get(run);
    this.#residents.delete(run);
    await resident?.close();
    return resident !== undefined;
  }

  /** Makes sure that `resident` may take what `plan` says. What the server has not asked for again since it was connected goes first. */
  admit(resident: Resident, plan: Plan): void {
    const asked = plan.bytes + plan.outsideBytes;
    const others = () => [...this].filter((other) => other !== resident);
    const taken = () => others().reduce((sum, { bytes }) => sum + bytes, 0);
    for (const other of others()) {
      if (taken() + asked <= this.#limit) return;
      if (!other.confirmed) void this.drop(other.run);
    }
    if (taken() + asked <= this.#limit) return;
    const held = taken() ? `, of which other runs take ${megabytes(taken())}` : '';
    throw new MemoryError(`the run needs ${megabytes(asked)}; this worker may use ${megabytes(this.#limit)}${held} (--memory)`);
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#residents.keys()].map((run) => this.drop(run)));
  }
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`;
