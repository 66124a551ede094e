// What is wrong with an experiment, in the words of whoever wrote it: where, what was given, what it has to be.
import type { z } from 'zod';
import { suggestion } from './suggestion.ts';

export interface ExperimentProblem {
  /** Dotted path of the field; empty for the whole. */
  path: string;
  message: string;
}

/** A mistake in an experiment or in how it was asked for. The message stands alone: no stack is needed to act on it. */
export class ExperimentError extends Error {
  override name = 'ExperimentError';
  readonly problems: ExperimentProblem[];

  /** @param source a file's path, or what else the experiment came from */
  constructor(source: string, problems: ExperimentProblem[]) {
    super(problems.map(({ path, message }) => `${source}: ${path ? `${path}: ` : ''}${message}`).join('\n'));
    this.problems = problems;
  }
}

/** Turns what zod found into problems. */
export function problemsOf(error: z.ZodError): ExperimentProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split('\n');
      return issue.keys.map((key, i) => ({ path: path ? `${path}.${key}` : key, message: messages[i] }));
    }
    const explained = issue.code === 'invalid_union' && issue.discriminator !== undefined;
    return [{ path, message: explained ? issue.message : issue.message + given(issue.input) }];
  });
}

/** Words for each of zod's issues: "must be ...", to which `problemsOf` adds what was given. */
export const wording: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownFields(issue.inst);
      return (issue.keys as string[]).map((key) => `unknown field; ${suggestion(key, known)}`).join('\n');
    }
    case 'invalid_type':
      if (issue.input === undefined) return `missing. ${meaning(issue.inst) ?? `Must be ${article(issue.expected)}.`}`;
      return `must be ${article(issue.expected)}`;
    case 'invalid_value':
      if (issue.values.length === 1) return `must be ${JSON.stringify(issue.values[0])}`;
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      if (!issue.discriminator || !issue.options) return undefined;
      return unnamed(issue.input, issue.discriminator, (issue.options as unknown[]).map(String));
    case 'too_small':
      if (issue.origin === 'array') return `must have at least ${issue.minimum} ${issue.minimum === 1 ? 'entry' : 'entries'}`;
      if (issue.origin === 'string') return 'must not be empty';
      return `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${issue.maximum} characters`;
      return `must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`;
    case 'not_multiple_of':
      return issue.divisor === 2 ? 'must be even' : `must be a multiple of ${issue.divisor}`;
    default:
      return undefined;
  }
};

function unnamed(input: unknown, discriminator: string, options: string[]): string {
  const value = (input as Record<string, unknown>)[discriminator];
  const expected = `${options.length > 1 ? 'one of ' : ''}${options.map((option) => `"${option}"`).join(', ')}`;
  return value === undefined ? `missing; must be ${expected}` : `must be ${expected}, not ${shown(value)}`;
}

function article(expected: string): string {
  const words: Record<string, string> = {
    int: 'a whole number',
    number: 'a number',
    object: 'an object',
    array: 'a list',
    record: 'an object',
  };
  return words[expected] ?? `a ${expected}`;
}

function given(input: unknown): string {
  return input === undefined ? '' : `, not ${shown(input)}`;
}

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function knownFields(schema: unknown): string[] {
  const shape = (schema as z.ZodObject | undefined)?.shape;
  return shape ? Object.keys(shape).filter((key) => !key.startsWith('$')) : [];
}

function meaning(schema: unknown): string | undefined {
  return (schema as z.ZodType | undefined)?.description;
}
