// What must not reach state, looked for in the sources; and four runs' final digests, so that a change of bits is a conscious one.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Outcome, outcomes } from './fixtures/golden.ts';
import { engine } from './fixtures/machine.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Sources of a folder by path, without comments and without what stands in quotes (but for `${...}`). */
function sources(folder: string): { path: string; code: string }[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: `${folder}/${path}`, code: bare(readFileSync(`${root}${folder}/${path}`, 'utf8')) }));
}

const NO_CODE = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** A quote inside a regular expression would open a string: there are none in what is scanned that reach over a line's end. */
function bare(text: string): string {
  return text.replace(NO_CODE, (part) => {
    if (part[0] === '/') return part.replace(/[^\n]/g, ' ');
    const holes = part[0] === '`' ? [...part.matchAll(/\$\{([^}]*)\}/g)].map(([, hole]) => hole) : [];
    return `''${holes.map((hole) => `;(${hole})`).join('')}${'\n'.repeat(part.split('\n').length - 1)}`;
  });
}

interface Rule {
  what: string;
  pattern: RegExp;
  allowed?: string[];
}

function found({ pattern, allowed = [] }: Rule, files: { path: string; code: string }[]): string[] {
  return files
    .filter(({ path }) => !allowed.includes(path))
    .flatMap(({ path, code }) => code.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])));
}

const EXACT = ['abs', 'ceil', 'clz32', 'floor', 'fround', 'imul', 'max', 'min', 'round', 'sign', 'sqrt', 'trunc'];

const HOST: Rule[] = [
  { what: 'random numbers of the host', pattern: /Math\s*\.\s*random|getRandomValues|randomUUID|randomBytes|randomInt/ },
  // An archive's members all have one fixed date.
  { what: 'the wall clock', pattern: /\bDate\b|hrtime/, allowed: ['core/formats/npz.ts'] },
  // Minutes end a run, and events say how long it took; a task's time tells a scheduler how large the next one should be.
  { what: 'a clock', pattern: /performance|timeOrigin/, allowed: ['core/run.ts', 'core/thread.ts', 'core/separate-thread.ts'] },
  { what: "functions whose last bit is the host's", pattern: new RegExp(`\\bMath\\b(?!\\s*\\.\\s*(?:${EXACT.join('|')})\\b)`) },
  // A power of two with whole exponent is exact.
  { what: 'the power operator', pattern: /(?<!\b2 )\*\*|\*\*(?! -?\d+\b(?!\.))/ },
  // Sizes in messages.
  { what: 'decimal formatting', pattern: /toFixed|toPrecision|toExponential|toLocaleString|parseFloat|Intl\b/, allowed: ['core/plan.ts'] },
];

const ENGINE: Rule[] = [
  { what: 'relaxed SIMD', pattern: /relaxed/i },
  { what: 'a fused multiplication', pattern: /\bfma\b|madd|nmadd/i },
  { what: 'Math other than the deterministic one', pattern: /\b(?:JSMath|JSMathf|Math|Mathf|NativeMathf)\b/ },
  { what: 'random numbers', pattern: /\brandom\b/ },
  { what: 'a heap', pattern: /\bheap\b|\bnew\s|__new|__alloc|\bArray<|StaticArray|\bstring\b/ },
  { what: 'mutable statics', pattern: /^(?:export )?(?:let|var)\b/ },
  { what: 'declared imports', pattern: /\bdeclare\b|@external/ },
];

describe('core/', () => {
  const files = sources('core');
  it.each(HOST)('is without $what', (rule) => {
    expect(files.length).toBeGreaterThan(15);
    expect(found(rule, files)).toEqual([]);
  });
});

describe('assembly/', () => {
  const files = sources('assembly');
  it.each(ENGINE)('is without $what', (rule) => {
    expect(files.length).toBeGreaterThan(50);
    expect(found(rule, files)).toEqual([]);
  });

  it("is built without relaxed SIMD and without the host's Math", () => {
    const build = readFileSync(`${root}tools/build-wasm.ts`, 'utf8').replace(/\/\/[^\n]*/g, '');
    expect(build).toContain("'simd'");
    expect(build).not.toMatch(/relaxed|JSMath/);
  });

  it('imports nothing but its memory: no function of the host can be reached', () => {
    for (const module of [engine.own, engine.shared]) {
      expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    }
  });
});

it('the scan finds what it looks for', () => {
  const cases: [Rule[], string, string][] = [
    [HOST, 'random numbers of the host', 'const x = Math.random();'],
    [HOST, 'the wall clock', 'const x = Date.now();'],
    [HOST, 'the wall clock', ['const x = `$', '{new Date()}`;'].join('')],
    [HOST, 'a clock', 'const x = performance.now();'],
    [HOST, "functions whose last bit is the host's", 'x = Math.exp(1);'],
    [HOST, "functions whose last bit is the host's", 'const { log } = Math;'],
    [HOST, 'the power operator', 'x = 10 ** 3;'],
    [HOST, 'the power operator', 'x = 2 ** n;'],
    [HOST, 'the power operator', 'x = 2 ** 0.5;'],
    [HOST, 'the power operator', 'x **= 2;'],
    [HOST, 'decimal formatting', 'x = (1).toFixed(2);'],
    [ENGINE, 'relaxed SIMD', 'v = v128.relaxed_madd<f32>(a, b, c);'],
    [ENGINE, 'Math other than the deterministic one', 'x = Math.pow(a, b);'],
    [ENGINE, 'a heap', 'x = new Thing();'],
    [ENGINE, 'mutable statics', 'let counter = 0;'],
  ];
  for (const [rules, what, line] of cases) {
    const rule = rules.find((r) => r.what === what) as Rule;
    expect(found(rule, [{ path: 'x.ts', code: bare(line) }])).toHaveLength(1);
    expect(found(rule, [{ path: 'x.ts', code: bare(`// ${line}\n/* ${line} */`) }])).toEqual([]);
  }
  const power = HOST.find(({ what }) => what === 'the power operator') as Rule;
  expect(found(power, [{ path: 'x.ts', code: 'const MOST = 2 ** 28;' }])).toEqual([]);
  const math = HOST.find(({ what }) => what.startsWith('functions')) as Rule;
  expect(found(math, [{ path: 'x.ts', code: 'x = Math.max(1, Math.ceil(y));' }])).toEqual([]);
});

// If these change, every journal that was written before replays on its own engine only. Say so in the commit that changes them.
const EXPECTED: Record<string, Outcome> = {
  'ga, fast path, classes': { digest: 'b465c102f949525989abb0223df4c462', history: '91c362bb09d07d0f' },
  'ga, general path, convolution': { digest: 'b0aa45434f90ed0e3416dae2e4a9ee82', history: '5f045dd670dda068' },
  'ga, intermediate, error rate': { digest: '96c1b2f1143952659c14bcee3db0b28b', history: 'b051909946b8f478' },
  'es, low-rank, numbers': { digest: '9aeb0f9824254aac1c9092df456ea19f', history: 'b4b5be54050db8a6' },
};

const PROGRAM = fileURLToPath(new URL('./fixtures/golden.ts', import.meta.url));
const platform = process.platform === 'win32' ? 'win' : process.platform;
const NODE_22 = `${root}node_modules/node22-${platform}-${process.arch}/bin/node${platform === 'win' ? '.exe' : ''}`;

/** The outcomes as another process has them. */
function elsewhere(node: string, flags: string[]): { version: string; found: Record<string, Outcome> } {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const text = execFileSync(node, [...flags, '--no-warnings', PROGRAM], { encoding: 'utf8', cwd: root });
  return { version, found: JSON.parse(text) };
}

describe('four runs come to the digests that they always came to', () => {
  it('here', () => {
    expect(outcomes()).toEqual(EXPECTED);
  });

  it.each([
    { what: "V8's baseline compiler", flags: ['--liftoff', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'] },
    { what: "V8's optimising compiler", flags: ['--no-liftoff'] },
    { what: 'a CPU without AVX', flags: ['--no-enable-avx'] },
  ])('by $what', ({ flags }) => {
    expect(elsewhere(process.execPath, flags).found).toEqual(EXPECTED);
  });

  it('under Node 22', (context) => {
    if (!existsSync(NODE_22)) {
      console.log(`skipped: ${NODE_22} is not installed (an optional dependency of tools/node)`);
      context.skip();
    }
    const { version, found: there } = elsewhere(NODE_22, []);
    expect(version).toMatch(/^v22\./);
    expect(there).toEqual(EXPECTED);
  });
});
