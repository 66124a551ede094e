// What of a generation is leased to nobody: the part never leased (a cursor) and the ranges that came back.
import type { Coverage } from './coverage.ts';
import type { Loss, Range } from './types.ts';

/** A range with its past. */
export interface Piece extends Range {
  /** Workers that have held it, in order. */
  before: readonly string[];
  losses: readonly Loss[];
}

const nobody: readonly string[] = [];
const none: readonly Loss[] = [];

export class Pool {
  readonly #coverage: Coverage;
  readonly #returned: Piece[] = [];
  #next = 0;
  #returnedSize = 0;

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  /** Individuals in it, at most: of what came back, some may have been done since. */
  get size(): number {
    return this.#coverage.population - this.#next + this.#returnedSize;
  }

  /** Takes back what of the piece is still open. */
  give(piece: Piece): void {
    for (const open of this.#coverage.openIn(piece)) {
      this.#returned.push({ ...piece, ...open });
      this.#returnedSize += open.count;
    }
  }

  /** Nothing of it counts as lost any more: someone looked at it and resumed the run. */
  forgive(): void {
    for (const piece of this.#returned) piece.losses = none;
  }

  /**
   * Up to `most` individuals, a multiple of the grain or the end of a piece; what came back goes first.
   * @param suits whether the worker may have a piece that others held before
   * @param candidates pieces to look at
   */
  take(most: number, suits: (piece: Piece) => boolean, candidates: number): Piece | null {
    for (let at = this.#returned.length - 1, looked = 0; at >= 0 && looked < candidates; --at) {
      const piece = this.#returned[at];
      const open = this.#coverage.openIn(piece);
      if (open.length !== 1 || open[0].count !== piece.count) {
        // A late result came for it: keep what is left.
        this.#returned.splice(at, 1);
        this.#returnedSize -= piece.count;
        for (const rest of open) {
          this.#returned.splice(at++, 0, { ...piece, ...rest });
          this.#returnedSize += rest.count;
        }
        continue;
      }
      ++looked;
      if (!suits(piece)) continue;
      const count = Math.min(most, piece.count);
      this.#returnedSize -= count;
      if (count === piece.count) this.#returned.splice(at, 1);
      else this.#returned[at] = { ...piece, first: piece.first + count, count: piece.count - count };
      return { ...piece, count };
    }
    const count = Math.min(most, this.#coverage.population - this.#next);
    if (count <= 0) return null;
    const first = this.#next;
    this.#next += count;
    return { first, count, before: nobody, losses: none };
  }
}
