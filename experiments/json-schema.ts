// The schema of experiments as JSON Schema: editors check and complete experiment files with it.
import { z } from 'zod';
import { experimentSchema } from './schema.ts';

/** A node of a JSON Schema, as far as this package writes them. */
export interface JsonSchema {
  $schema?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minItems?: number;
  pattern?: string;
  [keyword: string]: unknown;
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** What people may write, short forms included (draft 2020-12). */
export function experimentJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(experimentSchema, { io: 'input' }) as JsonSchema;
  return { $schema: DRAFT, title: 'Germline experiment', ...spellOut(schema) };
}

/** `short` (shorthand.ts) becomes an alternative of the long form; bounds that only say "an integer" are dropped. */
function spellOut(node: JsonSchema): JsonSchema {
  const {
    short,
    $schema: _,
    ...rest
  } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inner(key, value)])) as JsonSchema;
  if (rest.maximum === Number.MAX_SAFE_INTEGER) delete rest.maximum;
  if (!short) return rest;
  const { description, default: initial, ...long } = rest;
  return { description, ...(initial === undefined ? {} : { default: initial }), anyOf: [short as JsonSchema, long] };
}

function inner(key: string, value: unknown): unknown {
  if (key === 'default' || key === 'enum' || key === 'const') return value;
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' ? spellOut(item) : item));
  if (key === 'properties') {
    return Object.fromEntries(Object.entries(value as object).map(([name, property]) => [name, spellOut(property as JsonSchema)]));
  }
  return typeof value === 'object' && value !== null ? spellOut(value as JsonSchema) : value;
}
