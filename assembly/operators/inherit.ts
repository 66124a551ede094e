// Fitness inheritance of LEEA (Morse and Stanley, "Simple evolutionary optimization can rival stochastic gradient descent in neural
// networks", GECCO 2016, eq. 1), divided by the geometric sum of the inherited parts so that it stays on the loss' scale.

/** Loss of a child on its batch, `own`, mixed with its parents': own * (1 - inheritance) + inheritance * (parentA + parentB) / 2. */
export function inherit(own: f32, parentA: f32, parentB: f32, inheritance: f32): f32 {
  return own * (1 - inheritance) + inheritance * ((parentA + parentB) * 0.5);
}
