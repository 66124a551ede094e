// Lays the columns of a row-major matrix [terms x columns] out for the tiles: groups of 4 columns as [term][4], then a group of 2
// and one of 1 for the rest. A group that begins at column c lies `terms * c` floats from the start, so the whole takes the matrix's size.

/** Packs columns `first` to `last` (exclusive; `first` a multiple of 4) of `w`, whose rows are `columns` long, to `out` as if from column 0. */
export function packColumns(w: usize, terms: u32, columns: u32, first: u32, last: u32, out: usize): void {
  const row = <usize>columns << 2;
  let c = first;
  // Sixteen columns are a cache line of a row: read once, not once per group.
  for (; c + 16 <= last; c += 16) {
    let from = w + (<usize>c << 2);
    let to = out + ((<usize>(c - first) * terms) << 2);
    const group = <usize>terms << 4;
    for (let k: u32 = 0; k < terms; ++k) {
      v128.store(to, v128.load(from));
      v128.store(to + group, v128.load(from, 16));
      v128.store(to + 2 * group, v128.load(from, 32));
      v128.store(to + 3 * group, v128.load(from, 48));
      from += row;
      to += 16;
    }
  }
  for (; c + 4 <= last; c += 4) {
    let from = w + (<usize>c << 2);
    let to = out + ((<usize>(c - first) * terms) << 2);
    for (let k: u32 = 0; k < terms; ++k) {
      v128.store(to, v128.load(from));
      from += row;
      to += 16;
    }
  }
  if (c + 2 <= last) {
    let from = w + (<usize>c << 2);
    let to = out + ((<usize>(c - first) * terms) << 2);
    for (let k: u32 = 0; k < terms; ++k) {
      store<u64>(to, load<u64>(from));
      from += row;
      to += 8;
    }
    c += 2;
  }
  if (c < last) {
    let from = w + (<usize>c << 2);
    let to = out + ((<usize>(c - first) * terms) << 2);
    for (let k: u32 = 0; k < terms; ++k) {
      store<f32>(to, load<f32>(from));
      from += row;
      to += 4;
    }
  }
}
