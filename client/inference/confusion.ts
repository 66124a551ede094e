// Which class is taken for which.

export interface Verdicts {
  classes: number;
  count: number;
  /** [count] class that was guessed. */
  guesses: Uint16Array;
  /** [count] 0 to 1: the output of the guess. */
  sure: Float32Array;
  /** [classes][classes] examples by class and guess. */
  matrix: Uint32Array;
  right: number;
}

/** The class with the greatest output; of equal ones the first, as the engine counts hits. */
export function guess(outputs: Float32Array): number {
  let best = 0;
  for (let i = 1; i < outputs.length; ++i) if (outputs[i] > outputs[best]) best = i;
  return best;
}

/** `outputs`: [count][classes]; `targets`: [count]. */
export function judge(outputs: Float32Array, targets: ArrayLike<number>, classes: number): Verdicts {
  const count = targets.length;
  const guesses = new Uint16Array(count);
  const sure = new Float32Array(count);
  const matrix = new Uint32Array(classes * classes);
  let right = 0;
  for (let i = 0; i < count; ++i) {
    const row = outputs.subarray(i * classes, (i + 1) * classes);
    guesses[i] = guess(row);
    sure[i] = row[guesses[i]];
    matrix[targets[i] * classes + guesses[i]] += 1;
    if (guesses[i] === targets[i]) right += 1;
  }
  return { classes, count, guesses, sure, matrix, right };
}

/** Which examples are asked for. */
export type Which = 'right' | 'wrong' | { target: number; guess: number };

/**
 * Indices of such examples, at most `most`, from the `skip`th on. Wrong ones begin with those that the network was surest of, right ones
 * with those that it was least sure of: these tell most.
 */
export function pick({ guesses, sure }: Verdicts, targets: ArrayLike<number>, which: Which, skip: number, most: number): number[] {
  const fits = (i: number): boolean => {
    if (which === 'right') return guesses[i] === targets[i];
    if (which === 'wrong') return guesses[i] !== targets[i];
    return targets[i] === which.target && guesses[i] === which.guess;
  };
  const found: number[] = [];
  for (let i = 0; i < targets.length; ++i) if (fits(i)) found.push(i);
  const sign = which === 'right' ? 1 : -1;
  return found.sort((a, b) => sign * (sure[a] - sure[b]) || a - b).slice(skip, skip + most);
}

/** The pair of different classes that is confused most often; null where none is. */
export function worstConfusion({
  classes,
  matrix,
}: Pick<Verdicts, 'classes' | 'matrix'>): { target: number; guess: number; count: number } | null {
  let worst = { target: 0, guess: 0, count: 0 };
  for (let target = 0; target < classes; ++target) {
    for (let other = 0; other < classes; ++other) {
      const count = matrix[target * classes + other];
      if (target !== other && count > worst.count) worst = { target, guess: other, count };
    }
  }
  return worst.count ? worst : null;
}
