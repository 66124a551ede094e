// One column of a table that is kept row by row; the room for it is kept and grows.
export class Strided {
  #room = new Float64Array(256);

  /** Numbers `offset`, `offset` + `stride`, ... of `table`: good until the next call. */
  take(table: ArrayLike<number>, stride: number, offset: number): Float64Array {
    const rows = table.length / stride;
    if (rows > this.#room.length) this.#room = new Float64Array(2 ** Math.ceil(Math.log2(rows)));
    for (let row = 0; row < rows; ++row) this.#room[row] = table[row * stride + offset];
    return this.#room.subarray(0, rows);
  }
}
