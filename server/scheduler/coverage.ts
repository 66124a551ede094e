// Which individuals of a generation have their loss, and who gave it: one number per grain. It alone decides what counts, so that no
// interleaving of copies, late results and losses can count an individual twice.
import type { Range } from './types.ts';

/** Who did a range, and on what kind of evaluator. */
export interface Doer {
  owner: string;
  evaluator: string;
}

export class Coverage {
  readonly population: number;
  readonly grain: number;
  /** Individuals without a loss. */
  open: number;
  /** Per grain: 0 while open, else 1 + an index into #doers. */
  readonly #by: Uint32Array;
  readonly #doers: Doer[] = [];
  readonly #index = new Map<string, number>();

  constructor(population: number, grain: number) {
    this.population = population;
    this.grain = grain;
    this.open = population;
    this.#by = new Uint32Array(Math.ceil(population / grain));
  }

  /** Marks what of the range was open as done and returns it, as ranges in order. */
  accept(range: Range, worker: string, doer: Doer): Range[] {
    let mark = this.#index.get(worker);
    if (mark === undefined) {
      mark = this.#doers.push(doer);
      this.#index.set(worker, mark);
    }
    const pieces = this.openIn(range);
    for (const piece of pieces) {
      this.#by.fill(mark, piece.first / this.grain, Math.ceil((piece.first + piece.count) / this.grain));
      this.open -= piece.count;
    }
    return pieces;
  }

  /** What of the range is open. Work proportional to the range's grains. */
  openIn({ first, count }: Range): Range[] {
    const pieces: Range[] = [];
    const end = first + count;
    for (let at = first, began = -1; at < end; at += this.grain) {
      const free = this.#by[at / this.grain] === 0;
      if (free && began < 0) began = at;
      const next = Math.min(at + this.grain, end);
      if (began >= 0 && (!free || next === end)) {
        pieces.push({ first: began, count: (free ? next : at) - began });
        began = -1;
      }
    }
    return pieces;
  }

  /** Makes all that an owner did open again; the ranges, in order. */
  reopen(owner: string): Range[] {
    const theirs = this.#doers.map((doer) => doer.owner === owner);
    const ranges: Range[] = [];
    this.#by.forEach((mark, grain) => {
      if (!mark || !theirs[mark - 1]) return;
      this.#by[grain] = 0;
      const first = grain * this.grain;
      const count = Math.min(this.grain, this.population - first);
      this.open += count;
      const last = ranges.at(-1);
      if (last && last.first + last.count === first) last.count += count;
      else ranges.push({ first, count });
    });
    return ranges;
  }

  /** Whether the individual has its loss. */
  done(individual: number): boolean {
    return this.#by[Math.floor(individual / this.grain)] !== 0;
  }

  /** Who gave the individual's loss. */
  doer(individual: number): Doer | null {
    const mark = this.#by[Math.floor(individual / this.grain)];
    return mark ? this.#doers[mark - 1] : null;
  }
}
