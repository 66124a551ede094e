// Which individuals a selection keeps: those whose loss has to be right, for the next state is made of them.
import * as L from '../assembly/layout.ts';

/** SELECTION_FLAGS: an inherited loss follows each survivor. */
const INHERITED = 1;

/**
 * The individuals that a genetic algorithm's (or random search's) selection names, best first. Empty for an evolution strategy, whose
 * selection holds a utility of every pair: there each individual's loss counts, and none counts alone.
 */
export function survivorsOf(selection: Uint8Array): number[] {
  const view = new DataView(selection.buffer, selection.byteOffset, selection.byteLength);
  const word = (at: number) => view.getUint32(at * 4, true);
  if (word(L.SELECTION_HEADER) >>> 8 === L.ES) return [];
  const words = word(L.SELECTION_FLAGS) & INHERITED ? 3 : 2;
  return Array.from({ length: word(L.SELECTION_COUNT) }, (_, position) => word(L.SELECTION_WORDS + position * words));
}
