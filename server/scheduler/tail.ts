// The end of a generation: nothing is left to lease, and idle threads copy what is expected last (MapReduce's backup tasks). A copy takes the
// back of a range, so much that its holder and the copier would finish together; the holder is told nothing, and the first result wins.
import type { SchedulerLimits } from '../limits.ts';
import { Heap } from './heap.ts';
import type { Lease } from './state.ts';
import type { Range } from './types.ts';

export interface Copier {
  worker: string;
  /** Milliseconds per individual. */
  pace: number;
  /** The same, over all the run's threads. */
  meanPace: number;
  roundTrip: number;
  now: number;
}

export class Tail {
  /** Leases that are later than they should be, the oldest first. */
  readonly #late = new Set<Lease>();
  /** The others, the last to finish first; empty before the tail begins. */
  readonly #byEnd = new Heap<Lease>();
  begun = false;

  get late(): number {
    return this.#late.size;
  }

  add(lease: Lease): void {
    if (this.begun) this.#byEnd.set(lease.tail, -lease.end);
  }

  /** The lease's expected end has changed. */
  moved(lease: Lease): void {
    if (lease.tail.place >= 0) this.#byEnd.set(lease.tail, -lease.end);
  }

  remove(lease: Lease): void {
    this.#late.delete(lease);
    this.#byEnd.remove(lease.tail);
  }

  doubt(lease: Lease): void {
    this.#byEnd.remove(lease.tail);
    this.#late.add(lease);
  }

  /** What the copier should copy, cut off the lease's own part; null: nothing that it would finish sooner, or may have. */
  cut(copier: Copier, limits: SchedulerLimits): { lease: Lease; range: Range } | null {
    return this.#cutLate(copier, limits) ?? this.#cutLast(copier, limits);
  }

  #cutLate(copier: Copier, limits: SchedulerLimits): { lease: Lease; range: Range } | null {
    if (!this.#late.size) return null;
    // Its holder may be dead: whoever is idle shares it, in pieces no shorter than the way there and back is worth.
    const most = (2 * Math.max(limits.floorMs, copier.roundTrip)) / copier.pace;
    let looked = 0;
    for (const lease of this.#late) {
      if (!this.#trim(lease) || lease.depth >= limits.copies) {
        this.#late.delete(lease);
        continue;
      }
      if (++looked > limits.candidates) break;
      if (!mayCopy(copier, lease)) continue;
      // A slow thread would take one of the few copies and be the next one to wait for: it helps once the wait has been as long as its help.
      const grain = lease.generation.spec.grain * copier.pace;
      if (copier.pace > limits.slowCopier * copier.meanPace && copier.now - lease.end < grain) continue;
      const range = this.#take(lease, most);
      if (lease.until === lease.first) this.#late.delete(lease);
      return { lease, range };
    }
    return null;
  }

  #cutLast(copier: Copier, limits: SchedulerLimits): { lease: Lease; range: Range } | null {
    const passed: Lease[] = [];
    let found: { lease: Lease; range: Range } | null = null;
    while (passed.length < limits.candidates) {
      const lease = this.#byEnd.top?.item;
      if (!lease) break;
      if (lease.depth >= limits.copies || !this.#trim(lease)) {
        this.#byEnd.remove(lease.tail);
        continue;
      }
      const gain = lease.end - copier.now - copier.roundTrip;
      const { grain } = lease.generation.spec;
      // Nothing ends later than this one. Copies are few: each has to be a real gain.
      if (gain * limits.copyGain <= grain * copier.pace + limits.floorMs / 2) break;
      if (mayCopy(copier, lease)) {
        const theirs = lease.cost / lease.count;
        const range = this.#take(lease, gain / (theirs + copier.pace));
        lease.end -= range.count * theirs;
        if (lease.until === lease.first) this.#byEnd.remove(lease.tail);
        else this.#byEnd.set(lease.tail, -lease.end);
        found = { lease, range };
        break;
      }
      passed.push(lease);
      this.#byEnd.remove(lease.tail);
    }
    for (const lease of passed) this.#byEnd.set(lease.tail, -lease.end);
    return found;
  }

  /** Leaves out what others have done at the back of the lease's part; false: nothing is left. */
  #trim(lease: Lease): boolean {
    const { coverage, spec } = lease.generation;
    while (lease.until > lease.first && coverage.done(lease.until - 1)) {
      lease.until = Math.max(lease.first, Math.floor((lease.until - 1) / spec.grain) * spec.grain);
    }
    return lease.until > lease.first;
  }

  /** About `most` individuals off the back, whole grains and at least one. */
  #take(lease: Lease, most: number): Range {
    const { grain } = lease.generation.spec;
    const grains = Math.ceil((lease.until - lease.first) / grain);
    const taken = Math.min(grains, Math.max(1, Math.floor(most / grain)));
    const first = lease.first + (grains - taken) * grain;
    const range = { first, count: lease.until - first };
    lease.until = first;
    return range;
  }
}

/** Never the same range twice to the same worker. */
const mayCopy = (copier: Copier, lease: Lease): boolean =>
  lease.thread.worker.spec.id !== copier.worker && !lease.before.includes(copier.worker);
