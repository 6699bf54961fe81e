import * as z from 'zod';
import type { Problem } from '../errors.ts';

/** A value that was read through a JSON Schema (2020-12): what was left out and has a `default` is there. */
export interface ReadJson {
  value: unknown;
  /** Every problem with its JSON Pointer; a schema that cannot be understood is one problem at the root. */
  problems: Problem[];
}

/** Checks a value against a JSON Schema that a person or a model wrote, and fills in its defaults. With problems the value is as given. */
export function readJson(schema: Record<string, unknown>, value: unknown): ReadJson {
  const { parser, fault } = parserOf(schema);
  if (!parser) {
    const message = `The schema cannot be used: ${fault}`;
    return { value, problems: [{ pointer: '', code: 'bad_schema', message }] };
  }
  const parsed = parser.safeParse(value);
  return parsed.success
    ? { value: parsed.data, problems: [] }
    : { value, problems: problemsOf(parsed.error) };
}

export function problemsOfJson(schema: Record<string, unknown>, value: unknown): Problem[] {
  return readJson(schema, value).problems;
}

/** Why a JSON Schema cannot be used to check anything; null when it can. */
export function faultOfSchema(schema: Record<string, unknown>): string | null {
  return parserOf(schema).fault;
}

type Parser = { parser: z.ZodType; fault: null } | { parser: null; fault: string };

/** Schemas are never changed in place. */
const parsers = new WeakMap<Record<string, unknown>, Parser>();

function parserOf(schema: Record<string, unknown>): Parser {
  const known = parsers.get(schema);
  if (known) return known;
  const made = makeParser(schema);
  parsers.set(schema, made);
  return made;
}

function makeParser(schema: Record<string, unknown>): Parser {
  try {
    return { parser: z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]), fault: null };
  } catch (error) {
    return { parser: null, fault: (error as Error).message };
  }
}

/** Zod's issues as problems with JSON Pointers. Unknown keys are pointed at one by one. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: pointerOf([...path, key]),
        code: issue.code,
        message: `Unknown field "${key}".`,
      }));
    }
    return [{ pointer: pointerOf(path), code: issue.code ?? 'invalid', message: issue.message }];
  });
}

/** RFC 6901. */
export function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}
