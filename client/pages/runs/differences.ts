// In what the experiments of several runs differ, field by field.

export interface Difference {
  /** Dotted: `algorithm.sigma.from`. */
  path: string;
  /** One for each run, as text; null: it has no such field. */
  values: (string | null)[];
}

/** What says nothing of what is computed. */
const SAID_ELSEWHERE = new Set(['$schema', 'kind', 'name', 'description']);

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of experiments with their defaults filled in, in the order of the first one's fields. */
export function differences(experiments: Fields[]): Difference[] {
  const flat = experiments.map((experiment) => new Map(flatten(experiment, '')));
  const paths = new Set(flat.flatMap((fields) => [...fields.keys()]));
  return [...paths]
    .map((path) => ({ path, values: flat.map((fields) => fields.get(path) ?? null) }))
    .filter(({ path, values }) => !SAID_ELSEWHERE.has(path) && values.some((value) => value !== values[0]));
}

function* flatten(fields: Fields, prefix: string): Generator<[string, string]> {
  for (const [key, value] of Object.entries(fields)) {
    // What tells variants apart stands for the whole: `algorithm`, not `algorithm.name`.
    const path = prefix && key === 'name' ? prefix : prefix ? `${prefix}.${key}` : key;
    if (path === 'network') yield [path, networkText(value)];
    else if (isFields(value)) yield* flatten(value, path);
    else yield [path, textOf(value)];
  }
}

const textOf = (value: unknown): string => (value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value));

/** `Flatten, Dense 64 relu, Dense 10` */
function networkText(network: unknown): string {
  const layers = isFields(network) && isFields(network.config) ? network.config.layers : network;
  if (!Array.isArray(layers)) return textOf(network);
  return layers
    .map(({ class_name, config = {} }) =>
      [class_name, config.units ?? config.filters ?? config.pool_size, config.kernel_size, config.activation]
        .filter((part) => part !== undefined && part !== 'linear')
        .map((part) => (Array.isArray(part) ? part.join('×') : part))
        .join(' '),
    )
    .join(', ');
}
