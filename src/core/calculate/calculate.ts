import { type CelInput, type CelResult, isCelError, parse, plan } from '@bufbuild/cel';
import type { Json } from '../../contracts/workflow.ts';
import { isKnownFunction, restartTicks } from '../workflow/cel-env.ts';
import { celToJson, jsonToCel } from '../workflow/cel-values.ts';
import { readNames } from '../workflow/expression-names.ts';
import { calculatorEnv } from './calculator-env.ts';

export type Calculated = { value: Json; text: string } | { problems: string[] };

/** @returns the value, or everything that is wrong; never throws, whatever the text is */
export function calculate(text: string, variables: Record<string, unknown>): Calculated {
  try {
    const parsed = parse(text);
    const { names, faults } = readNames(parsed, (name) => isKnownFunction(name, calculatorEnv));
    const missing = [...new Set(names.map(({ root }) => root))].filter(
      (root) => !Object.hasOwn(variables, root),
    );
    const problems = [
      ...faults.map(({ message, offset }) => `${message} (at character ${offset + 1})`),
      ...missing.map((root) => `no variable "${root}" was given`),
    ];
    return problems.length > 0 ? { problems } : evaluate(parsed, variables);
  } catch (error) {
    return { problems: [wordsOf(error)] };
  }
}

function evaluate(parsed: ReturnType<typeof parse>, variables: Record<string, unknown>): Calculated {
  const seen = new WeakMap<object, CelInput>();
  const bindings = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, jsonToCel(value, seen)]),
  );
  restartTicks();
  const result = (plan(calculatorEnv, parsed) as (bindings: Record<string, CelInput>) => CelResult)(bindings);
  if (isCelError(result)) return { problems: [result.message] };
  // A whole number of any size is exact as text, and a JSON number only where that holds all its digits.
  if (typeof result === 'bigint' && !Number.isSafeInteger(Number(result)))
    return { value: String(result), text: String(result) };
  const value = tidy(celToJson(result));
  return { value, text: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** Without the noise of binary fractions: 0.1 + 0.2 is 0.3. */
function tidy(value: Json): Json {
  if (typeof value === 'number') return Number(value.toPrecision(15));
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tidy(item)]));
}

function wordsOf(error: unknown): string {
  if (error instanceof RangeError) return 'too deeply nested, or too large';
  return error instanceof Error ? error.message : String(error);
}
