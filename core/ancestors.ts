// Whom an individual descends from, out of a run's selections alone: the states of a genetic algorithm are followed without their weights.
import * as L from '../assembly/layout.ts';
import { type Lineage, readLineage, SelectionError } from './evolution.ts';
import { type GroundOptions, openTables } from './ground.ts';
import { ReplayError } from './replay-error.ts';
import { survivorsOf } from './survivors.ts';

/** One of a family, in its generation. */
export interface Member extends Pick<Lineage, 'kind' | 'crossed' | 'mutated' | 'sigma'> {
  individual: number;
  /** Individuals of the generation before; empty in generation 0, whose parents are the founders, and for a draw of its own. */
  parents: number[];
}

export interface FamilyGeneration {
  generation: number;
  members: Member[];
}

export interface AncestorOptions extends Pick<GroundOptions, 'engine' | 'settings' | 'dataset' | 'seed' | 'started'> {
  /** From generation 0 on. */
  selections: Iterable<Uint8Array>;
  generation: number;
  individual: number;
  /** Goes back so many generations at most, */
  generations: number;
  /** and to the generation in which there are so many members in all. */
  members: number;
}

/**
 * An individual and those that it descends from, its own generation first. Of an evolution strategy there is nobody to name: everyone of a
 * generation has a part in the next centre. Throws ReplayError, SelectionError.
 */
export function ancestorsOf({
  selections,
  generation: last,
  individual,
  generations,
  members: most,
  ...ground
}: AncestorOptions): FamilyGeneration[] {
  const { settings, engine: modules, dataset, seed, started } = ground;
  if (settings.algorithm.name === 'es') return [];
  const { config, engine, memory, at: words, end } = openTables({ settings, engine: modules, dataset, seed, started });
  const stateBytes = engine.stateBytes(config.capacity, config.pool) >>> 0;
  const selectionBytes = engine.selectionBytes(words) >>> 0;
  const room = (bytes: number, from: number) => Math.ceil((from + bytes) / 64) * 64;
  const states = [room(0, end), room(stateBytes, room(0, end))];
  const selectionAt = room(stateBytes, states[1]);
  const lineageAt = room(selectionBytes, selectionAt);
  const missing = room(L.LINEAGE_WORDS * 4, lineageAt) - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  const bytes = new Uint8Array(memory.buffer);

  /** States of the latest generations, and the selections that were made of them. */
  const kept: { state: Uint8Array; selection: Uint8Array | null }[] = [];
  const keep = (state: number, selection: Uint8Array | null) => {
    kept.push({ state: bytes.slice(state, state + stateBytes), selection });
    if (kept.length > generations + 1) kept.shift();
  };
  engine.start(words, states[0]);
  let reached = 0;
  for (const selection of selections) {
    if (reached === last) break;
    const [state, next] = reached % 2 ? [states[1], states[0]] : states;
    keep(state, selection);
    if (selection.length > selectionBytes) throw new SelectionError(`the selection of generation ${reached} has the wrong length`);
    bytes.set(selection, selectionAt);
    if (engine.advanceSurvivors(words, state, selectionAt, selection.length, next, lineageAt))
      throw new SelectionError(`the selection of generation ${reached} does not fit the run`);
    reached += 1;
  }
  if (reached < last) throw new ReplayError(reached, `the journal ends at generation ${reached}, before ${last}`);
  keep(states[last % 2], null);

  const family: FamilyGeneration[] = [];
  let wanted = [individual];
  let count = 0;
  for (let generation = last; wanted.length && kept.length; --generation) {
    const { state } = kept.pop() as (typeof kept)[number];
    bytes.set(state, states[0]);
    const before = kept.at(-1)?.selection;
    // Where the latest are kept, those before are there but not named.
    if (!before && generation > 0) break;
    const survivors = before ? survivorsOf(before) : [];
    const members = wanted.map((one): Member => {
      engine.lineage(words, states[0], one, lineageAt);
      const { kind, crossed, mutated, sigma, mates } = readLineage(memory.buffer, lineageAt);
      return { individual: one, kind, crossed, mutated, sigma, parents: [...new Set(mates.flatMap((mate) => survivors[mate] ?? []))] };
    });
    family.push({ generation, members });
    count += members.length;
    if (count >= most) break;
    wanted = [...new Set(members.flatMap(({ parents }) => parents))].sort((a, b) => a - b);
  }
  return family;
}
