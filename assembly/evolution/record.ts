// Reading and writing the 4-byte words of the records in layout.ts.

export function getU(record: usize, index: u32): u32 {
  return load<u32>(record + (<usize>index << 2));
}

export function getF(record: usize, index: u32): f32 {
  return load<f32>(record + (<usize>index << 2));
}

export function setU(record: usize, index: u32, value: u32): void {
  store<u32>(record + (<usize>index << 2), value);
}

export function setF(record: usize, index: u32, value: f32): void {
  store<f32>(record + (<usize>index << 2), value);
}
