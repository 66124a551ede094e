// A compiled network run by the engine: [sample][outputs] of [sample][features].
import { OP_WORDS } from '../../../assembly/layout.ts';
import type { Network } from '../../../core/network.ts';
import type { Arena } from '../kernels/arena.ts';
import { fromPanels, toPanels } from '../kernels/panels.ts';

export function forwarded(arena: Arena, network: Network, weights: Float32Array, x: Float32Array): Float32Array {
  arena.clear();
  const { engine } = arena;
  const samples = x.length / network.features;
  const panels = Math.ceil(samples / 8);
  const widestLayer = Math.max(...network.segments.map((s) => s.columns));
  const [program, genome, from] = [network.program, weights, toPanels(x, samples, network.features)].map((values) => arena.input(values));
  const zeros = arena.input(new Float32Array(widestLayer));
  const [a, b] = [0, 1].map(() => arena.room(panels * network.widest * 32));
  // Packed weights: a whole convolution, or 16 columns of a dense layer.
  const scratch = arena.scratch(Math.max(...network.segments.map((s) => s.fanIn * Math.max(s.columns, 16) * 4)));
  const at = engine.forward(program, 0, network.program.length / OP_WORDS, genome, zeros, from, panels, a, b, scratch);
  arena.check();
  return fromPanels(arena.floats(at, panels * 8 * network.outputs), samples, network.outputs);
}
