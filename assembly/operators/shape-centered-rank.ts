// Centered-rank fitness shaping (Salimans et al., "Evolution strategies as a scalable alternative to reinforcement learning", 2017).

/**
 * `losses`: [n] float32; `order`: [n] u32, indices of the losses, best first; `out`: [n] float32 utilities, by index: 0.5 the best,
 * -0.5 the worst, evenly between. Without a finite loss, or of one alone, all are 0.
 */
export function shapeCenteredRank(losses: usize, n: u32, order: usize, out: usize): void {
  let finite = false;
  for (let i: u32 = 0; i < n; i++) finite = finite || isFinite<f32>(load<f32>(losses + (usize(i) << 2)));
  if (!finite || n < 2) {
    memory.fill(out, 0, usize(n) << 2);
    return;
  }
  // Twice the distance from the middle: the same number with either sign at both ends.
  const span = 2 * f64(n - 1);
  for (let rank: u32 = 0; rank < n; rank++) {
    const index = usize(load<u32>(order + (usize(rank) << 2)));
    store<f32>(out + (index << 2), f32((f64(n - 1) - 2 * f64(rank)) / span));
  }
}
