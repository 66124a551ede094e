// Short forms that people may write in an experiment: a name for an object, a number for a schedule. The engine only ever sees the long form.
import { z } from 'zod';

/** Lets a value of another type stand for an object. `json` is the short form's JSON Schema, `expand` returns anything else as it is. */
export function withShortForm<Long extends z.ZodType, Short>(
  long: Long,
  short: { json: Record<string, unknown>; expand: (value: unknown) => unknown },
): z.ZodType<z.output<Long>, z.input<Long> | Short> {
  return z.preprocess(short.expand, long).meta({ short: short.json }) as unknown as z.ZodType<z.output<Long>, z.input<Long> | Short>;
}

type Named = z.ZodDiscriminatedUnion<readonly z.ZodObject<{ name: z.ZodLiteral<string> }>[], 'name'>;

/** Lets `"tournament"` stand for `{"name": "tournament"}`, that is, for its defaults. */
export function byName<Union extends Named>(union: Union): z.ZodType<z.output<Union>, z.input<Union> | z.input<Union>['name']> {
  const names = union.options.map((option) => option.shape.name.value);
  return withShortForm(union, { json: { enum: names }, expand: (value) => (typeof value === 'string' ? { name: value } : value) });
}
