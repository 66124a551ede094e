// What the charts say, in a sentence each.
import { number, percent } from '../../format.ts';

/** First and last finite value, and how many there are; null where there is none. */
export function ends(values: ArrayLike<number>): { first: number; last: number; count: number } | null {
  let first = Number.NaN;
  let last = Number.NaN;
  let count = 0;
  for (let i = 0; i < values.length; ++i) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    if (Number.isNaN(first)) first = value;
    last = value;
    count += 1;
  }
  return count ? { first, last, count } : null;
}

/** The least finite value; null where there is none. */
export function least(values: ArrayLike<number>): number | null {
  let found = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; ++i) if (values[i] < found && values[i] > Number.NEGATIVE_INFINITY) found = values[i];
  return Number.isFinite(found) ? found : null;
}

/** Changes below this part of the start are none. */
const STILL = 0.01;

/** "fell from 2.3 to 0.3", "stayed at 2.3". */
export function moved(values: ArrayLike<number>, say: (value: number) => string = number): string | null {
  const found = ends(values);
  if (!found) return null;
  const { first, last } = found;
  if (found.count === 1) return `is ${say(last)}`;
  if (Math.abs(last - first) <= STILL * Math.abs(first) || say(first) === say(last)) return `stayed at ${say(last)}`;
  return `${last < first ? 'fell' : 'rose'} from ${say(first)} to ${say(last)}`;
}

interface Scores {
  loss: ArrayLike<number>;
  accuracy: ArrayLike<number>;
}

export function lossSentence(over: string, best: ArrayLike<number>, validation: Scores, train: Scores): string {
  const course = moved(best);
  if (!course) return 'No loss was finite yet.';
  if (best.length === 1) return `One generation so far: its best loss is ${number(best[0])}.`;
  const parts = [`The best loss ${course} over ${over}`];
  const validated = latest(validation);
  const seen = latest(train);
  if (validated) parts.push(`at the latest validation it is ${validated}${seen ? `; on train examples ${seen}` : ''}`);
  return `${parts.join('; ')}.`;
}

function latest({ loss, accuracy }: Scores): string | null {
  const value = ends(loss);
  const hit = ends(accuracy);
  return value && `${number(value.last)}${hit ? `, the accuracy ${percent(hit.last)}` : ''}`;
}

/** How much values [rows][lines] change from row to row: the mean in the first and in the last tenth. */
export function restlessness(values: ArrayLike<number>, lines: number): { first: number; last: number } | null {
  const rows = lines ? values.length / lines : 0;
  const part = Math.floor(rows / 10);
  if (part < 2) return null;
  const mean = (from: number, to: number): number => {
    let sum = 0;
    for (let row = from; row < to; ++row) {
      for (let line = 0; line < lines; ++line) sum += Math.abs(values[(row + 1) * lines + line] - values[row * lines + line]);
    }
    return sum / ((to - from) * lines);
  };
  return { first: mean(0, part), last: mean(rows - 1 - part, rows - 1) };
}
