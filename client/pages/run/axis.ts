// What the curves of a run run along: generations, evaluations or time. The address keeps the choice.
import { TIME_STEPS, timeTick, WHOLE_STEPS } from '../../charts/steps.ts';
import { count, duration, short } from '../../format.ts';
import type { Column } from '../../generations.ts';
import { query } from '../../router.ts';

export const AXES = ['generations', 'evaluations', 'time'] as const;
export type AxisName = (typeof AXES)[number];

export interface Axis {
  column: Column;
  label: string;
  steps: number[];
  tick(value: number): string;
  exact(value: number): string;
  /** In a sentence: over 200 generations. */
  over(value: number): string;
}

const whole = (what: string) => (value: number) => `${count(value)} ${what}${value === 1 ? '' : 's'}`;

/** One generation alone stands in the middle: there is none before it. */
export const generationTick = (value: number): string => (value < 0 ? '' : value < 100_000 ? count(value) : short(value));

const ALL: Record<AxisName, Axis> = {
  generations: {
    column: 'generation',
    label: 'generation',
    steps: WHOLE_STEPS,
    tick: generationTick,
    exact: count,
    over: (value) => whole('generation')(value + 1),
  },
  evaluations: { column: 'evaluations', label: 'evaluations', steps: WHOLE_STEPS, tick: short, exact: count, over: whole('evaluation') },
  time: { column: 'seconds', label: 'time', steps: TIME_STEPS, tick: timeTick, exact: duration, over: duration },
};

/** Read within a render: it follows the address. */
export function axisName(): AxisName {
  const asked = query.value.get('x') as AxisName;
  return AXES.includes(asked) ? asked : 'generations';
}

export const axisOf = (name: AxisName): Axis => ALL[name];
