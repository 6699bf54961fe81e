/**
 * One CEL expression: parsed once, its names known before it runs, bounded while it runs.
 *
 * 1. The library returns errors as values, and they are truthy. Only this file plans and evaluates, and it throws them.
 * 2. Compiling never throws: what is wrong comes back as faults with the offset in the text.
 * 3. Same text, same values, same answer: no clock, no chance. So compiled expressions may be kept and shared.
 */
import { type CelInput, type CelResult, isCelError, parse, plan } from '@bufbuild/cel';
import { type Json, workflowLimits } from '../../contracts/workflow.ts';
import { restartTicks, workflowCelEnv } from './cel-env.ts';
import { celToJson } from './cel-values.ts';
import { isOverworked } from './cel-work.ts';
import { type ExpressionFault, type NameUse, readNames } from './expression-names.ts';

export type Bindings = Record<string, CelInput>;

export interface Expression {
  text: string;
  /** Every name that the expression reads from outside: `steps.a.output.n` is root `steps`, path `['a', 'output', 'n']`. */
  names: readonly NameUse[];
  faults: readonly ExpressionFault[];
  /** The value as JSON. Throws EvaluationFailure. */
  evaluate(bindings: Bindings): Json;
  /** The same of an expression without names; null when that is too much work to know before it runs. Throws EvaluationFailure. */
  tryOut(): { value: Json } | null;
}

/** What went wrong while an expression ran; whoever knows its place gives it a pointer. */
export class EvaluationFailure extends Error {
  override readonly name = 'EvaluationFailure';
}

const kept = new Map<string, Expression>();
const maxKept = 5000;

export function compileExpression(text: string): Expression {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const expression = compile(text);
  if (kept.size >= maxKept) kept.clear();
  kept.set(text, expression);
  return expression;
}

function compile(text: string): Expression {
  if (text.length > workflowLimits.expression) {
    return broken(text, {
      offset: 0,
      code: 'too_long',
      message: `longer than ${workflowLimits.expression} characters`,
    });
  }
  try {
    const parsed = parse(text);
    const { names, faults, constants } = readNames(parsed);
    const run = plan(workflowCelEnv, parsed) as (bindings: Bindings) => CelResult;
    const failing = constants.flatMap(({ expr, offset }): ExpressionFault[] => {
      if (faults.length > 0) return [];
      const message = failureOf(() => (plan(workflowCelEnv, expr) as (bindings: Bindings) => CelResult)({}));
      return message === null ? [] : [{ offset, code: 'expression_type', message }];
    });
    return {
      text,
      names,
      faults: [...faults, ...failing],
      evaluate: (bindings) => evaluate(run, bindings),
      tryOut: () => tryOut(run),
    };
  } catch (error) {
    return broken(text, syntaxFault(error));
  }
}

/** A definition may have thousands of them. */
const trialWork = 200_000;

function tryOut(run: (bindings: Bindings) => CelResult): { value: Json } | null {
  try {
    return { value: evaluate(run, {}, trialWork) };
  } catch (error) {
    if (isOverworked()) return null;
    throw error;
  }
}

function evaluate(run: (bindings: Bindings) => CelResult, bindings: Bindings, work?: number): Json {
  restartTicks(work);
  try {
    const value = run(bindings);
    if (isCelError(value)) throw new EvaluationFailure(value.message);
    return celToJson(value);
  } catch (error) {
    if (error instanceof EvaluationFailure) throw error;
    throw new EvaluationFailure(messageOf(error), { cause: error });
  }
}

function failureOf(run: () => CelResult): string | null {
  restartTicks();
  try {
    const value = run();
    return isCelError(value) ? value.message : null;
  } catch (error) {
    return messageOf(error);
  }
}

function broken(text: string, fault: ExpressionFault): Expression {
  const evaluate = (): never => {
    throw new EvaluationFailure(fault.message);
  };
  return { text, names: [], faults: [fault], evaluate, tryOut: evaluate };
}

function syntaxFault(error: unknown): ExpressionFault {
  const location = (error as { location?: { start?: { offset?: number } } }).location;
  return { offset: location?.start?.offset ?? 0, code: 'expression_syntax', message: messageOf(error) };
}

function messageOf(error: unknown): string {
  if (error instanceof RangeError) return 'too deeply nested';
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^(syntax|parse) error:?\s*/, '').replace(/^<input>:\d+:\d+:\s*/, '');
}
