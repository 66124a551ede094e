// The confusion matrix: a row for what an example is, a column for what it is taken for. One stop of the Tab key; arrows move within.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { count } from '../../format.ts';

interface ConfusionProps {
  classes: number;
  /** [classes][classes] examples by class and guess. */
  matrix: Uint32Array;
  chosen: { target: number; guess: number } | null;
  onChoose(target: number, guess: number): void;
}

/** More would not be read by anyone. */
const MOST = 20;

export function Confusion({ classes, matrix, chosen, onChoose }: ConfusionProps) {
  const table = useRef<HTMLTableElement>(null);
  const at = useSignal({ target: 0, guess: 0 });
  if (classes > MOST) return null;
  const numbers = Array.from({ length: classes }, (_, i) => i);
  // Right ones are many: wrong ones have a scale of their own.
  const worst = Math.max(
    1,
    ...numbers.flatMap((row) => numbers.filter((column) => column !== row).map((column) => matrix[row * classes + column])),
  );
  const move = (event: KeyboardEvent, target: number, guess: number) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = { target: Math.min(classes - 1, Math.max(0, target + step[0])), guess: Math.min(classes - 1, Math.max(0, guess + step[1])) };
    at.value = to;
    table.current?.querySelector<HTMLElement>(`[data-cell="${to.target}-${to.guess}"]`)?.focus();
  };
  return (
    <section class="confusion">
      <h3 id="confusion-title">What it takes for what</h3>
      <div class="confusion-frame">
        <table ref={table} aria-labelledby="confusion-title">
          <thead>
            <tr>
              <th scope="col">is \ guess</th>
              {numbers.map((guess) => (
                <th key={guess} scope="col">
                  {guess}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {numbers.map((target) => (
              <tr key={target}>
                <th scope="row">{target}</th>
                {numbers.map((guess) => {
                  const value = matrix[target * classes + guess];
                  const right = target === guess;
                  return (
                    <td key={guess}>
                      <button
                        type="button"
                        data-cell={`${target}-${guess}`}
                        class={right ? 'right' : value ? 'wrong' : 'none'}
                        style={right || !value ? undefined : { '--part': `${Math.round(12 + (38 * value) / worst)}%` }}
                        tabIndex={at.value.target === target && at.value.guess === guess ? 0 : -1}
                        aria-pressed={chosen?.target === target && chosen.guess === guess}
                        aria-label={`${target} taken for ${guess}: ${count(value)}`}
                        onKeyDown={(event) => move(event, target, guess)}
                        onClick={() => {
                          at.value = { target, guess };
                          onChoose(target, guess);
                        }}
                      >
                        {value || '·'}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="help">Rows: what it is. Columns: what it is taken for. Choose a number to see those examples; arrow keys move.</p>
    </section>
  );
}
