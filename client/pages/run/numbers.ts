// A run's numbers as a file.
import type { Column, Generations } from '../../generations.ts';

const COLUMNS: [Column, string][] = [
  ['generation', 'generation'],
  ['evaluations', 'evaluations'],
  ['seconds', 'seconds'],
  ['best', 'best_loss'],
  ['mean', 'mean_loss'],
  ['validationLoss', 'validation_loss'],
  ['validationAccuracy', 'validation_accuracy'],
  ['trainLoss', 'train_loss'],
  ['trainAccuracy', 'train_accuracy'],
  ['infinite', 'infinite_losses'],
  ['sigma', 'mutation_strength'],
  ['diversity', 'diversity'],
];

/** Comma-separated values: a line of names, then one for each generation. What is not known is empty. */
export function numbersOf(generations: Generations): string {
  const columns = COLUMNS.map(([column]) => generations.column(column));
  const lines = [[...COLUMNS.map(([, name]) => name), 'digest'].join(',')];
  for (let row = 0; row < generations.length; ++row) {
    const values = columns.map((column) => (Number.isNaN(column[row]) ? '' : String(column[row])));
    lines.push([...values, generations.digest(row)].join(','));
  }
  return `${lines.join('\n')}\n`;
}

export function saveText(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
