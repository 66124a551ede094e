// A table for the terminal, and docs/benchmarks.md.
import { kept, type Row } from './row.ts';

const number = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3));

function cells(row: Row): string[] {
  const target = row.target === null ? '' : row.atMost ? `at most ${row.target} ${row.unit}` : `${row.target} x`;
  return [
    row.name,
    `${number(row.value)} ${row.unit}`,
    row.ratio === null ? '' : `${row.ratio.toFixed(2)} x`,
    target,
    row.target === null ? '' : kept(row) ? 'yes' : 'NO',
    row.limit ? `${number(row.limit.value)} ${row.unit} (${row.limit.by})` : '',
    row.note ?? '',
  ];
}

const HEAD = ['what', 'figure', 'ratio', 'target', 'kept', 'limit', 'beside it'];

/** One block a row: figures first, what they mean below. */
export function table(rows: Row[]): string {
  return rows
    .map((row) => {
      const [name, figure, ratio, target, ok, limit, note] = cells(row);
      const against = target ? `   target ${target}: ${ok === 'yes' ? 'kept' : 'MISSED'}` : '';
      return [`${name}`, `  ${figure}${ratio ? `   ${ratio}` : ''}${against}`, limit && `  limit ${limit}`, note && `  ${note}`]
        .filter(Boolean)
        .join('\n');
    })
    .join('\n');
}

export interface Machine {
  node: string;
  cpu: string;
  cores: number;
  platform: string;
  gflops: number;
  gigabytes: number;
}

export function markdown(machine: Machine, rows: Row[]): string {
  const line = (parts: string[]) => `| ${parts.map((part) => part.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- --write`; do not edit. Each ratio is measured in one process, its sides in turns; figures are medians.',
    '',
    `Node ${machine.node}, ${machine.platform}, ${machine.cpu}, ${machine.cores} cores. One core here does at most ${machine.gflops.toFixed(0)} GFLOP/s in 128-bit`,
    `multiplications and additions (the register tile on operands in the first-level cache) and moves ${machine.gigabytes.toFixed(1)} GB/s with memory.copy (read and written, 16 MiB).`,
    '',
    line(HEAD),
    line(HEAD.map(() => '---')),
    ...rows.map((row) => line(cells(row))),
    '',
  ].join('\n');
}
