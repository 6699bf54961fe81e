import type * as z from 'zod';
import { pointerOf, unstorable } from '../../contracts/storable.ts';
import { AppError, type Problem } from '../../errors.ts';

type Issue = z.core.$ZodIssue;

/**
 * Parses what was given and reports every fault with its place.
 * @param prefix pointer of the part: '' for the body, `/query` for the query.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  prefix = '',
): { value: z.output<Schema> } | { problems: Problem[] } {
  const odd = unstorable(value, prefix);
  if (odd.length > 0) return { problems: odd };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  return { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, prefix)) };
}

export function invalidRequest(problems: Problem[]): AppError {
  const places = problems.length === 1 ? 'one place' : `${problems.length} places`;
  return new AppError('invalid_request', `The request is wrong in ${places}.`, { problems });
}

function problemsOf(issue: Issue, prefix: string): Problem[] {
  const pointer = prefix + pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer + pointerOf([key]),
      code: 'unknown_field',
      message: `There is no field "${key}" here.`,
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that came nearest tells more than "Invalid input" at the union.
    const nearest = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? [];
    return nearest.flatMap((inner) => problemsOf(inner, pointer));
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return [{ pointer, code: 'required', message: `Is missing: expected ${issue.expected}.` }];
  }
  return [{ pointer, code: issue.code, message: issue.message }];
}
