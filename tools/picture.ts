// Draws docs/mnist.svg, the README's picture, from a run: node tools/with-node.js tools/picture.ts
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { root } from './run-node.ts';

/** A line of `germline run --json`. */
interface Line {
  event: string;
  best: number | null;
  mean: number | null;
  validation: { accuracy: number } | null;
}

const SEED = '7';
const run = spawnSync(process.execPath, ['bin/germline.js', 'run', 'mnist', '--seed', SEED, '--set', 'validateEvery=1', '--json'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
});
if (run.status !== 0) throw new Error(run.stderr);
const lines = run.stdout
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const generations = lines.filter((line) => line.event === 'generation') as Line[];
const done = lines.at(-1);

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [820, 340, 52, 150, 44, 40];
const last = generations.length - 1;
const x = (generation: number) => LEFT + (generation / last) * (WIDTH - LEFT - RIGHT);
const y = (share: number) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
const highest = Math.ceil(Math.max(...generations.map((g) => g.mean ?? 0)) * 2) / 2;

const series = [
  { name: 'validation accuracy', colour: '#1a7f5a', at: (g: Line) => g.validation?.accuracy ?? 0, width: 2.5 },
  { name: 'mean loss', colour: '#9aa5b1', at: (g: Line) => (g.mean ?? 0) / highest, width: 1.5 },
  { name: 'best loss', colour: '#c4622d', at: (g: Line) => (g.best ?? 0) / highest, width: 1.5 },
];
const path = (at: (g: Line) => number) => generations.map((g, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(at(g)).toFixed(1)}`).join('');
// Labels stand at their line's end, moved apart where two would touch.
let free = Number.NEGATIVE_INFINITY;
const labels = series
  .map((s) => ({ ...s, end: y(s.at(generations[last])) }))
  .sort((a, b) => a.end - b.end)
  .map((s) => {
    free = Math.max(s.end, free + 16);
    return { ...s, end: free };
  });
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
const ticks = [0, 0.25, 0.5, 0.75, 1];
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="Validation accuracy rises to ${percent(series[0].at(generations[last]))} while the best and mean loss of the population fall, over ${generations.length} generations.">
<rect width="${WIDTH}" height="${HEIGHT}" rx="8" fill="#fbfaf8"/>
<text x="${LEFT}" y="24" font-size="14" font-weight="600" fill="#22272e">germline run mnist --seed ${SEED} --set validateEvery=1</text>
<text x="${WIDTH - 16}" y="24" text-anchor="end" fill="#57606a">test accuracy ${percent(done.test.accuracy)}, no gradients</text>
${ticks.map((t) => `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(t)}" y2="${y(t)}" stroke="#e4e1da"/><text x="${LEFT - 8}" y="${y(t) + 4}" text-anchor="end" fill="#57606a">${t * 100} %</text>`).join('\n')}
${ticks.map((t) => `<text x="${x(Math.round(t * last))}" y="${HEIGHT - 18}" text-anchor="middle" fill="#57606a">${Math.round(t * last)}</text>`).join('\n')}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 3}" text-anchor="middle" fill="#57606a">generation (losses as a part of ${highest})</text>
${series.map((s) => `<path d="${path(s.at)}" fill="none" stroke="${s.colour}" stroke-width="${s.width}" stroke-linejoin="round"/>`).join('\n')}
${labels.map((s) => `<text x="${WIDTH - RIGHT + 8}" y="${s.end + 4}" fill="${s.colour}" font-weight="600">${s.name}</text>`).join('\n')}
</svg>
`;
await writeFile(`${root}docs/mnist.svg`, svg);
console.log(`docs/mnist.svg: ${generations.length} generations, test accuracy ${percent(done.test.accuracy)}`);
