// A champion's ancestors as a picture can show them: a column for each generation, whoever is related near to each other.
import type { FamilyGeneration, Member } from '../../../core/ancestors.ts';
import { count } from '../../format.ts';

export type { FamilyGeneration, Member };

export interface Ancestor extends Member {
  generation: number;
  /** -HEIGHT / 2 to HEIGHT / 2, upwards. */
  place: number;
  /** Those of the generation before that it descends from, as far as they are known. */
  from: Ancestor[];
}

/** What a column spans at most; where there are fewer members they stand one apart, around the middle. */
export const HEIGHT = 10;

/** Between two neighbours of a column of so many. */
export const apart = (members: number): number => Math.min(1, HEIGHT / members);

/** The champion first, generation by generation; parents in the order of their children, so that few lines cross. */
export function layOut(family: readonly FamilyGeneration[]): Ancestor[] {
  const laid: Ancestor[] = [];
  let later: Ancestor[] = [];
  for (const { generation, members } of family) {
    const children = new Map<number, number[]>();
    for (const { parents, place } of later) {
      for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), place]);
    }
    const mean = ({ individual }: Member): number => {
      const places = children.get(individual) ?? [];
      return places.length ? places.reduce((sum, place) => sum + place, 0) / places.length : 0;
    };
    const ordered = members.map((member) => ({ member, at: mean(member) })).sort((a, b) => a.at - b.at);
    const gap = apart(ordered.length);
    const column = ordered.map(
      ({ member }, i): Ancestor => ({ ...member, generation, place: (i - (ordered.length - 1) / 2) * gap, from: [] }),
    );
    const byIndividual = new Map(column.map((ancestor) => [ancestor.individual, ancestor]));
    for (const child of later) child.from = child.parents.flatMap((parent) => byIndividual.get(parent) ?? []);
    laid.push(...column);
    later = column;
  }
  return laid;
}

/** The ancestor nearest to a place, of the generation nearest to it; null where there is nobody. */
export function nearestTo(ancestors: readonly Ancestor[], generation: number, place: number): Ancestor | null {
  let best: Ancestor | null = null;
  const column = Math.round(generation);
  for (const ancestor of ancestors) {
    if (ancestor.generation !== column) continue;
    if (!best || Math.abs(ancestor.place - place) < Math.abs(best.place - place)) best = ancestor;
  }
  return best;
}

/** How one came to be: "child of 3 and 12, crossed and mutated". */
export function origin({ kind, parents, crossed, mutated }: Member): string {
  if (kind === 'founder') return 'drawn at random';
  if (kind === 'elite') return `kept as it was, ${count(parents[0])} before`;
  const how = [crossed ? 'crossed' : '', mutated ? 'mutated' : ''].filter(Boolean).join(' and ');
  return `child of ${parents.map((parent) => count(parent)).join(' and ')}${how ? `, ${how}` : ', a copy'}`;
}

const people = (members: number, what: string): string => `${count(members)} ${what}${members === 1 ? '' : 's'}`;

/** What the picture says. `family`: not empty. */
export function familySentence(family: readonly FamilyGeneration[]): string {
  const [own, ...before] = family;
  const [champion] = own.members;
  const who = `The champion is individual ${count(champion.individual)} of generation ${count(own.generation)}`;
  const oldest = before.at(-1);
  if (!oldest) return `${who}: it was drawn at random, so it has no ancestors.`;
  const { generation, members } = oldest;
  const parts = [
    generation === 0
      ? `${who} and descends from ${people(members.length, 'founder')}`
      : `${who}; ${people(before.length, 'generation')} before, in generation ${count(generation)}, it has ${people(members.length, 'ancestor')}`,
  ];
  const kept = family.findIndex((each) => each.members[0].kind !== 'elite');
  if (kept > 0) parts.push(`it was born in generation ${count(family[kept].generation)} and kept since then`);
  // Where it was only kept there is but one in any case.
  const meeting = family.slice(Math.max(kept, 0) + 1).find((each) => each.members.length === 1);
  if (meeting && family.some((each) => each.members.length > 1))
    parts.push(`all its lines meet in individual ${count(meeting.members[0].individual)} of generation ${count(meeting.generation)}`);
  return `${parts.join('; ')}.`;
}
