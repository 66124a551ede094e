// What a field of the form is, from the experiment's JSON Schema.
import type { JsonSchema } from '../../../experiments/json-schema.ts';

export type { JsonSchema };

export type Value = unknown;
export type Fields = Record<string, Value>;

export type Shape =
  | { kind: 'number'; integer: boolean; nullable: boolean }
  | { kind: 'choice'; options: string[] }
  | { kind: 'choices'; options: string[] }
  | { kind: 'boolean' }
  | { kind: 'text' }
  /** A number, or a percentage. */
  | { kind: 'share' }
  /** One of several objects, told apart by their `name`. `number`: a plain number is short for the one named `constant`. */
  | { kind: 'variants'; variants: JsonSchema[]; number: boolean }
  | { kind: 'object'; properties: Record<string, JsonSchema> }
  /** A number, or a list of objects with one for each step. */
  | { kind: 'steps'; properties: Record<string, JsonSchema> }
  /** For the JSON beside the form only. */
  | { kind: 'other' };

export function shapeOf(node: JsonSchema): Shape {
  const { type } = node;
  if (node.enum) return { kind: 'choice', options: node.enum.map(String) };
  if (node.oneOf?.every(nameOf)) return { kind: 'variants', variants: node.oneOf, number: false };
  if (node.anyOf) return shapeOfAny(node.anyOf);
  if (Array.isArray(type)) return shapeOfAny(type.map((each) => ({ ...node, type: each })));
  if (type === 'number' || type === 'integer') return { kind: 'number', integer: type === 'integer', nullable: false };
  if (type === 'boolean' || type === 'string') return { kind: type === 'string' ? 'text' : type };
  if (type === 'object' && node.properties) return { kind: 'object', properties: node.properties };
  if (type === 'array' && node.items?.enum) return { kind: 'choices', options: node.items.enum.map(String) };
  return { kind: 'other' };
}

function shapeOfAny(any: JsonSchema[]): Shape {
  const given = any.filter(({ type }) => type !== 'null');
  const shapes = given.map(shapeOf);
  const has = (kind: Shape['kind']) => shapes.some((shape) => shape.kind === kind);
  if (shapes.length === 1) return shapes[0].kind === 'number' ? { ...shapes[0], nullable: given.length < any.length } : shapes[0];
  const union = shapes.find((shape) => shape.kind === 'variants');
  if (union?.kind === 'variants') return { ...union, number: has('number') };
  if (has('number') && has('text')) return { kind: 'share' };
  const list = given.find(({ type, items }) => type === 'array' && items?.properties);
  if (has('number') && list) return { kind: 'steps', properties: list.items?.properties ?? {} };
  return { kind: 'other' };
}

/** What a variant is told by. */
export const nameOf = (variant: JsonSchema): string | undefined => variant.properties?.name?.const as string | undefined;

/** The long form of what stands for one of several variants. */
export function expand(value: Value, node: JsonSchema, variants: JsonSchema[]): Fields {
  const given = value ?? node.default;
  if (typeof given === 'string') return { name: given };
  if (typeof given === 'number') return { name: 'constant', value: given };
  if (isFields(given)) return given;
  return { name: nameOf(variants[0]) };
}

/** The shortest form. */
export function shorten(value: Fields, number: boolean): Value {
  const keys = Object.keys(value);
  if (number && value.name === 'constant' && keys.length === 2 && typeof value.value === 'number') return value.value;
  // Where numbers are short forms, names are none.
  return keys.length === 1 && !number ? value.name : value;
}

/** What is the same in another variant is kept; a number that it has to have begins as one that the old one had. */
export function switched(from: Fields, to: JsonSchema): Fields {
  const had = Object.values(from).find((each) => typeof each === 'number') ?? 0.1;
  const made: Fields = { name: nameOf(to) };
  for (const [key, node] of Object.entries(to.properties ?? {})) {
    if (key === 'name') continue;
    if (key in from) made[key] = from[key];
    else if (to.required?.includes(key) && node.default === undefined) made[key] = had;
  }
  return made;
}

export const isFields = (value: Value): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields with one changed; undefined takes it out. One that is new stands where `order` has it. */
export function changed(fields: Fields, key: string, value: Value, order: string[] = []): Fields {
  if (value === undefined) {
    const { [key]: _, ...rest } = fields;
    return rest;
  }
  if (key in fields) return { ...fields, [key]: value };
  const later = order.slice(order.indexOf(key) + 1);
  const entries = Object.entries(fields);
  const before = entries.findIndex(([name]) => later.includes(name));
  entries.splice(before < 0 ? entries.length : before, 0, [key, value]);
  return Object.fromEntries(entries);
}

/** `learningRate`: Learning rate. `kernel_size`: Kernel size. */
export function labelOf(key: string, node?: JsonSchema): string {
  if (node?.title) return node.title;
  const words = key.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
