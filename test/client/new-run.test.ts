// The form of a new run: it knows every field of an experiment, and what it writes means what it showed.
import { describe, expect, it, test } from 'vitest';
import { type Order, ordered, type TableColumn } from '../../client/components/table.tsx';
import { pretty } from '../../client/pages/new/pretty.ts';
import { changed, expand, type JsonSchema, nameOf, shapeOf, shorten, switched } from '../../client/pages/new/schema.ts';
import { randomSeed, seedProblem } from '../../client/pages/new/seed.ts';
import { builtIn, parseExperiment, parseSeed } from '../../experiments/index.ts';
import { experimentJsonSchema } from '../../experiments/json-schema.ts';

const schema = experimentJsonSchema();
const [branch] = (schema.oneOf ?? schema.anyOf) as JsonSchema[];

/** Every field, with those of every variant. */
function* fieldsOf(node: JsonSchema, path: string): Generator<[string, JsonSchema]> {
  yield [path, node];
  const shape = shapeOf(node);
  const inner =
    shape.kind === 'object' || shape.kind === 'steps'
      ? [shape.properties]
      : shape.kind === 'variants'
        ? shape.variants.map(({ properties }) => properties ?? {})
        : [];
  for (const properties of inner) {
    for (const [key, each] of Object.entries(properties)) if (each.const === undefined) yield* fieldsOf(each, `${path}.${key}`);
  }
}

const all = Object.entries(branch.properties ?? {})
  .filter(([key]) => key !== 'kind')
  .flatMap(([key, node]) => [...fieldsOf(node, key)]);

it('has a control for every field but the network, which has its own', () => {
  expect(all.length).toBeGreaterThan(50);
  expect(all.filter(([, node]) => shapeOf(node).kind === 'other').map(([path]) => path)).toEqual(['network']);
});

it('says of every field in words what it is', () => {
  expect(all.filter(([, node]) => !node.description).map(([path]) => path)).toEqual([]);
});

describe('variants', () => {
  const variants = all.flatMap(([path, node]) => {
    const shape = shapeOf(node);
    return shape.kind === 'variants' ? [{ path, node, ...shape }] : [];
  });

  test.each([...builtIn])('%s: the short form of the long form means the same', (_, given) => {
    const experiment = { ...given } as Record<string, unknown>;
    const again = { ...experiment };
    for (const { path, node, variants: of, number } of variants) {
      if (!path.includes('.') && experiment[path] !== undefined) again[path] = shorten(expand(experiment[path], node, of), number);
    }
    expect(parseExperiment(again)).toEqual(parseExperiment(experiment));
  });

  it('an algorithm that is switched to is one that can run', () => {
    const algorithm = variants.find(({ path }) => path === 'algorithm');
    const mnist = { ...builtIn.get('mnist') } as Record<string, unknown>;
    for (const variant of algorithm?.variants ?? []) {
      const next = shorten(switched(mnist.algorithm as Record<string, unknown>, variant), false);
      expect(parseExperiment({ ...mnist, algorithm: next })).toMatchObject({ algorithm: { name: nameOf(variant) } });
    }
  });

  it('a schedule that is switched to begins with a number', () => {
    const sigma = variants.find(({ path }) => path === 'algorithm.sigma');
    const exponential = sigma?.variants.find((variant) => nameOf(variant) === 'exponential') as JsonSchema;
    expect(switched({ name: 'constant', value: 0.3 }, exponential)).toEqual({ name: 'exponential', from: 0.3, to: 0.3 });
    expect(shorten({ name: 'constant', value: 0.3 }, true)).toBe(0.3);
    expect(expand(0.3, sigma?.node as JsonSchema, sigma?.variants ?? [])).toEqual({ name: 'constant', value: 0.3 });
    expect(expand(undefined, sigma?.node as JsonSchema, sigma?.variants ?? [])).toEqual({ name: 'constant', value: 0.05 });
  });
});

it('a field that is set again stands where it stood', () => {
  const order = ['a', 'b', 'c'];
  const without = changed({ a: 1, b: 2, c: 3 }, 'b', undefined);
  expect(Object.entries(without)).toEqual([
    ['a', 1],
    ['c', 3],
  ]);
  expect(Object.keys(changed(without, 'b', 4, order))).toEqual(order);
  expect(Object.keys(changed({ a: 1, d: 2 }, 'c', 4, order))).toEqual(['a', 'd', 'c']);
});

it.each([...builtIn])('JSON for people is JSON: %s', (_, experiment) => {
  const text = pretty(experiment);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(experiment)));
  expect(text.split('\n').length).toBeLessThan(JSON.stringify(experiment, null, 2).split('\n').length);
});

it('seeds are what the engine takes', () => {
  for (let i = 0; i < 50; i++) {
    const seed = randomSeed();
    expect(seedProblem(seed)).toBe(null);
    expect(String(parseSeed(seed))).toBe(seed);
  }
  expect(seedProblem('18446744073709551615')).toBe(null);
  for (const bad of ['18446744073709551616', '-1', '1.5', '', 'x']) expect(seedProblem(bad)).toContain('whole number');
});

it('a table sorts by a column either way; what is not known comes last', () => {
  const columns: TableColumn<{ name: string; best: number | null }>[] = [
    { id: 'name', label: '', by: ({ name }) => name, cell: () => null },
    { id: 'best', label: '', by: ({ best }) => best, cell: () => null },
  ];
  const rows = [
    { name: 'run 10', best: null },
    { name: 'run 9', best: 2 },
    { name: 'run 1', best: 3 },
  ];
  const names = (order: Order) => ordered(rows, columns, order).map(({ name }) => name);
  expect(names('name')).toEqual(['run 1', 'run 9', 'run 10']);
  expect(names('-name')).toEqual(['run 10', 'run 9', 'run 1']);
  expect(names('best')).toEqual(['run 9', 'run 1', 'run 10']);
  expect(names('-best')).toEqual(['run 1', 'run 9', 'run 10']);
  expect(names('nothing')).toEqual(['run 10', 'run 9', 'run 1']);
});
