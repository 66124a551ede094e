// docs/experiments.md: every field of an experiment, written from its JSON Schema.
import type { JsonSchema } from './json-schema.ts';

const INTRODUCTION = `# Experiments

An experiment says what a run is to do. It is a JSON file, or the name of a built-in one (\`germline experiments\`):

\`\`\`json
{
  "$schema": "./node_modules/germline/dist/experiment.schema.json",
  "kind": "weights",
  "dataset": "mnist-10k",
  "network": [
    { "class_name": "Flatten" },
    { "class_name": "Dense", "config": { "units": 64, "activation": "relu" } },
    { "class_name": "Dense", "config": { "units": 10 } }
  ],
  "population": 512,
  "algorithm": { "name": "es", "sigma": 0.05 }
}
\`\`\`

- \`germline run my.json\` runs it; \`germline experiments show mnist\` prints a built-in one to start from.
- A field that is not listed here is an error, and so is a value outside its bounds.
- \`--set path=value\` sets one field for one run: \`--set algorithm.sigma=0.1\`, \`--set batch.0.size=64\`.
- Where a field takes an object with a \`name\`, the name alone stands for the object with its defaults: \`"algorithm": "ga"\`.
- Before a run the defaults are filled in and the experiment is hashed (SHA-256 of its canonical JSON, RFC 8785), so that two spellings of one
  experiment have one hash.

This page is generated from the schema: \`node tools/with-node.js tools/experiment-schema.ts\`.
`;

interface Section {
  path: string;
  node: JsonSchema;
}

/** The page, from `experimentJsonSchema()`. */
export function experimentReference(schema: JsonSchema): string {
  const page = [INTRODUCTION];
  for (const kind of schema.oneOf ?? []) {
    const sections = sectionsOf(kind, '');
    const homes = new Map<string, string>();
    for (const { path, node } of sections) if (!homes.has(key(node))) homes.set(key(node), path);
    const once = sections.filter(
      ({ path, node }, i) => homes.get(key(node)) === path && sections.findIndex((other) => other.path === path) === i,
    );
    page.push(`## Kind \`${kind.properties?.kind.const}\`\n`, ...body(kind, '', homes));
    for (const { path, node } of once) page.push(`### \`${path}\`\n`, ...body(node, `${path}.`, homes));
  }
  return `${page.join('\n').trimEnd()}\n`;
}

/** Every field below that is itself made of fields, each before its own. */
function sectionsOf(node: JsonSchema, prefix: string): Section[] {
  const children = variantsOf(node).flatMap((variant) => Object.entries(variant.properties ?? {}));
  return children.flatMap(([name, field]) => {
    const inner = composite(field);
    const path = prefix + name;
    return inner ? [{ path, node: inner }, ...sectionsOf(inner, `${path}.`)] : [];
  });
}

/** What a field is made of, where that is more than one value: an object, named variants, or a list's entry. */
function composite(field: JsonSchema): JsonSchema | null {
  const long = field.anyOf?.at(-1) ?? field;
  return long.oneOf || long.properties || long.items?.properties ? long : null;
}

function variantsOf(node: JsonSchema): JsonSchema[] {
  return node.oneOf ?? [node.items ?? node];
}

function body(node: JsonSchema, prefix: string, homes: Map<string, string>): string[] {
  if (!node.oneOf) return [...(node.items ? ['A list; each entry:\n'] : []), ...table(node.items ?? node, prefix, homes)];
  return node.oneOf.flatMap((variant) => [
    `**\`${variant.properties?.name.const}\`**: ${variant.description ?? ''}\n`,
    ...table(variant, prefix, homes),
  ]);
}

function table(node: JsonSchema, prefix: string, homes: Map<string, string>): string[] {
  const rows = Object.entries(node.properties ?? {})
    .filter(([name, field]) => prefix === '' || name !== 'name' || field.const === undefined)
    .map(([name, field]) => {
      const initial = node.required?.includes(name) ? 'required' : field.default === undefined ? '' : code(field.default);
      return `| \`${name}\` | ${type(field, homes)} | ${initial} | ${cell(field.description ?? '')} |`;
    });
  return rows.length ? ['| field | is | default | meaning |', '|---|---|---|---|', ...rows, ''] : [];
}

function type(field: JsonSchema, homes: Map<string, string>): string {
  const inner = composite(field);
  if (inner) {
    const home = homes.get(key(inner));
    const noun = inner.items ? 'list' : 'object';
    const link = home ? `[${noun}](#${home.toLowerCase().replaceAll('.', '')})` : noun;
    const short = field.anyOf?.slice(0, -1).map((option) => type(option, homes)) ?? [];
    return [...short, link].join(' or ');
  }
  if (field.anyOf) return field.anyOf.map((option) => type(option, homes)).join(' or ');
  if (field.const !== undefined) return code(field.const);
  if (field.enum) return field.enum.map(code).join(', ');
  if (Array.isArray(field.type)) return field.type.map((name) => (name === 'null' ? '`null`' : name)).join(' or ');
  if (field.type === 'array') return field.items?.enum ? `list of ${type(field.items, homes)}` : 'list';
  if (field.type === 'null') return '`null`';
  if (field.pattern?.endsWith('%$')) return 'share such as `"25%"`';
  return `${field.type === 'integer' ? 'whole number' : (field.type ?? 'anything')}${bounds(field)}`;
}

function bounds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: JsonSchema): string {
  const low = minimum !== undefined ? `at least ${minimum}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : '';
  const high =
    maximum !== undefined && maximum < 2 ** 31 - 1
      ? `at most ${maximum}`
      : exclusiveMaximum !== undefined
        ? `below ${exclusiveMaximum}`
        : '';
  const parts = [low, high, multipleOf === 2 ? 'even' : ''].filter(Boolean);
  return parts.length ? `, ${parts.join(', ')}` : '';
}

/** Two fields of one key mean the same choices and share a section. */
function key(node: JsonSchema): string {
  return JSON.stringify({ ...node, description: '', default: null });
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
