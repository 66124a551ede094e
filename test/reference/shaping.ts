// Losses to utilities (assembly/operators/shape-*.ts, inherit.ts).
import { add, mul, sub } from './float.ts';

export function centeredRank(losses: number[], order: number[]): number[] {
  const n = losses.length;
  const out = losses.map(() => 0);
  if (n < 2 || !losses.some(Number.isFinite)) return out;
  order.forEach((index, rank) => {
    out[index] = Math.fround((n - 1 - 2 * rank) / (2 * (n - 1)));
  });
  return out;
}

export function zScore(losses: number[], clip: number): number[] {
  const finite = losses.filter(Number.isFinite);
  const worst = Math.max(...finite);
  const clean = losses.map((loss) => (Number.isFinite(loss) ? loss : worst));
  const mean = clean.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const deviation = Math.sqrt(clean.reduce((sum, loss) => sum + (loss - mean) * (loss - mean), 0) / losses.length);
  if (!finite.length || !(deviation > 0)) return losses.map(() => 0);
  return clean.map((loss) => Math.fround(Math.max(Math.min((mean - loss) / deviation, Math.fround(clip)), -Math.fround(clip))));
}

export function inherit(own: number, parentA: number, parentB: number, inheritance: number): number {
  return add(mul(own, sub(1, inheritance)), mul(inheritance, mul(add(parentA, parentB), 0.5)));
}
