import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { builtIn, parseExperiment } from '../../experiments/index.ts';
import { experimentJsonSchema, type JsonSchema } from '../../experiments/json-schema.ts';
import { experimentReference } from '../../experiments/reference.ts';
import { minimal } from './minimal.ts';

const schema = experimentJsonSchema();
const editor = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

describe('the JSON Schema agrees with the parser', () => {
  test.each([...builtIn])('on %s, as written and with its defaults', (_, experiment) => {
    expect(editor.safeParse(experiment).error).toBeUndefined();
    expect(editor.safeParse(parseExperiment(experiment)).error).toBeUndefined();
  });

  test.each<[string, object]>([
    ['an unknown field', { populaton: 3 }],
    ['a wrong type', { population: 'many' }],
    ['nobody', { population: 0 }],
    ['an unknown algorithm', { algorithm: 'cma' }],
    ['a field of another algorithm', { algorithm: { name: 'random', parents: 3 } }],
    ['no layers', { network: [] }],
  ])('on %s', (_, fields) => {
    expect(editor.safeParse({ ...minimal, ...fields }).success).toBe(false);
    expect(() => parseExperiment({ ...minimal, ...fields })).toThrow();
  });
});

test('every field is documented', () => {
  const bare: string[] = [];
  const walk = (node: JsonSchema, path: string) => {
    for (const [name, field] of Object.entries(node.properties ?? {})) {
      if (!field.description && field.const === undefined) bare.push(`${path}.${name}`);
      walk(field, `${path}.${name}`);
    }
    for (const inner of [...(node.oneOf ?? []), ...(node.anyOf ?? []), ...(node.items ? [node.items] : [])]) walk(inner, path);
  };
  walk(schema, '');
  expect(bare).toEqual([]);
});

test('docs/experiments.md is the reference of this schema: else run tools/experiment-schema.ts', () => {
  const page = readFileSync(new URL('../../docs/experiments.md', import.meta.url), 'utf8');
  expect(page).toBe(experimentReference(schema));
});
