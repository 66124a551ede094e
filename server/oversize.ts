// What someone sent that is nested deeper, or holds more, than any experiment: whoever walked through it would run out of stack or time.
import { estimateLimits } from './limits.ts';

/** What is wrong with a value of JSON; null: nothing. */
export function oversize(value: unknown): string | null {
  const { depth, values } = estimateLimits;
  let level = [value];
  let count = 0;
  for (let at = 0; level.length; ++at) {
    count += level.length;
    if (at > depth) return `must not be nested more than ${depth} deep`;
    if (count > values) return `must not hold more than ${values} values`;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return null;
}
