import * as z from 'zod';
import type { Problem } from '../errors.ts';

/**
 * Checks a value against a JSON Schema (2020-12) that a person or a model wrote.
 * @returns every problem with its JSON Pointer; a schema that cannot be understood is one problem at the root.
 */
export function problemsOfJson(schema: Record<string, unknown>, value: unknown): Problem[] {
  let parser: z.ZodType;
  try {
    parser = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    return [
      { pointer: '', code: 'bad_schema', message: `The schema cannot be used: ${(error as Error).message}` },
    ];
  }
  const parsed = parser.safeParse(value);
  return parsed.success ? [] : problemsOf(parsed.error);
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
