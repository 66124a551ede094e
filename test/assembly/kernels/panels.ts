// The engine's layout of activations, [panel][feature][8 samples], and the usual one, [sample][feature].

/** `samples`: any number; lanes past the last are zeros. */
export function toPanels(x: Float32Array, samples: number, features: number): Float32Array {
  const out = new Float32Array(Math.ceil(samples / 8) * 8 * features);
  for (let s = 0; s < samples; ++s) for (let f = 0; f < features; ++f) out[((s >> 3) * features + f) * 8 + (s & 7)] = x[s * features + f];
  return out;
}

export function fromPanels(x: Float32Array, samples: number, features: number): Float32Array {
  const out = new Float32Array(samples * features);
  for (let s = 0; s < samples; ++s) for (let f = 0; f < features; ++f) out[s * features + f] = x[((s >> 3) * features + f) * 8 + (s & 7)];
  return out;
}
