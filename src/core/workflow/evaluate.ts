/**
 * Values of expressions and references over one scope. Pure and quick: it runs inside database transactions.
 *
 * 1. Every failure is an ExpressionError that names the place in the definition.
 * 2. A scope shows what the record says: `inputs`, `steps.{id}.output|status|error`, and the item of a forEach.
 *    Only steps that a name mentions are looked at, so a scope over 1,000 steps costs nothing.
 */
import type { CelInput } from '@bufbuild/cel';
import type { Json } from '../../contracts/workflow.ts';
import { jsonToCel } from './cel-values.ts';
import { type Bindings, compileExpression, EvaluationFailure, type Expression } from './expression.ts';
import { onlyReference, parseTemplate, hasReference, type Reference } from './reference.ts';
import { headOf } from '../context/clip.ts';

export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code = 'expression_failed';
  /** JSON Pointer into the definition */
  readonly pointer: string;

  constructor(pointer: string, message: string) {
    super(message);
    this.pointer = pointer;
  }
}

/** What an expression may see of a step. A step that has not completed has no `output`. */
export interface VisibleStep {
  status: string;
  output?: unknown;
  error?: unknown;
}

export interface Scope {
  inputs: Readonly<Record<string, unknown>>;
  step(id: string): VisibleStep | undefined;
  item?: { name: string; value: unknown };
  /** Conversions made before; one per decision, because a value must not change while it is kept here. */
  seen: WeakMap<object, CelInput>;
}

/** The value of a CEL expression, or of a text that is exactly one reference. */
export function evaluateExpression(text: string, scope: Scope, pointer: string): Json {
  const reference = onlyReference(text);
  if (reference !== null) return lookUp(reference, scope, pointer);
  const expression = compileExpression(text);
  try {
    return expression.evaluate(bind(expression, scope));
  } catch (error) {
    if (error instanceof EvaluationFailure)
      throw new ExpressionError(pointer, `${shorten(text)}: ${error.message}`);
    throw error;
  }
}

/** Like evaluateExpression; anything but true and false is an error. */
export function evaluateCondition(text: string, scope: Scope, pointer: string): boolean {
  const value = evaluateExpression(text, scope, pointer);
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(
    pointer,
    `${shorten(text)}: a condition must give true or false, this gave ${kindOf(value)}`,
  );
}

/** Replaces the references in any JSON value; keys stay as they are. */
export function resolveReferences(value: unknown, scope: Scope, pointer: string): Json {
  if (typeof value === 'string') {
    if (!hasReference(value)) return value;
    const only = onlyReference(value);
    return only === null ? resolveText(value, scope, pointer) : lookUp(only, scope, pointer);
  }
  if (Array.isArray(value))
    return value.map((item, index) => resolveReferences(item, scope, `${pointer}/${index}`));
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [
    key,
    resolveReferences(item, scope, `${pointer}/${escapePointer(key)}`),
  ]);
  return Object.fromEntries(entries);
}

/** The text with its references written in: text as it is, everything else as JSON. */
export function resolveText(text: string, scope: Scope, pointer: string): string {
  if (!hasReference(text)) return text;
  const { parts, faults } = parseTemplate(text);
  if (faults[0] !== undefined) throw new ExpressionError(pointer, faults[0].message);
  return parts
    .map((part) => (typeof part === 'string' ? part : asText(lookUp(part, scope, pointer))))
    .join('');
}

export function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function shorten(text: string): string {
  return text.length > 200 ? `${headOf(text, 200)}…` : text;
}

export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function lookUp(reference: Reference, scope: Scope, pointer: string): Json {
  const fail = (message: string): never => {
    throw new ExpressionError(pointer, `${reference.text}: ${message}`);
  };
  const [value, rest, start] = rootValue(reference, scope, fail);
  let here: unknown = value;
  let name = start;
  for (const key of rest) {
    here = child(here, key, () => fail(`${name} is ${kindOf(here)} and has no ${JSON.stringify(key)}`));
    name += typeof key === 'number' ? `[${key}]` : `.${key}`;
  }
  return here as Json;
}

type Rooted = [value: unknown, rest: readonly (string | number)[], name: string];

function rootValue(reference: Reference, scope: Scope, fail: (message: string) => never): Rooted {
  const { root, path } = reference;
  if (root === scope.item?.name) return [scope.item.value, path, root];
  if (root === 'inputs') return [scope.inputs, path, root];
  if (root !== 'steps' || path[0] === undefined) return fail(`there is no ${root}`);
  const step = scope.step(String(path[0]));
  if (step === undefined) return fail(`there is no step ${path[0]}`);
  if (path[1] === 'output' && step.output === undefined)
    return fail(`step ${path[0]} is ${step.status} and has no output`);
  return [step, path.slice(1), `steps.${path[0]}`];
}

function child(value: unknown, key: string | number, missing: () => never): unknown {
  if (Array.isArray(value)) {
    return typeof key === 'number' && key < value.length ? value[key] : missing();
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return missing();
  const found = (value as Record<string | number, unknown>)[key];
  return found === undefined ? missing() : found;
}

function bind(expression: Expression, scope: Scope): Bindings {
  const bindings: Bindings = Object.create(null) as Bindings;
  const steps = new Map<string, CelInput>();
  for (const { root, path } of expression.names) {
    if (root === 'inputs') bindings.inputs = jsonToCel(scope.inputs, scope.seen);
    else if (root === scope.item?.name) bindings[root] = jsonToCel(scope.item.value, scope.seen);
    else if (root === 'steps' && typeof path[0] === 'string') {
      const step = scope.step(path[0]);
      if (step !== undefined) steps.set(path[0], stepToCel(step, scope));
    }
  }
  bindings.steps = steps as CelInput;
  return bindings;
}

function stepToCel(step: VisibleStep, scope: Scope): CelInput {
  const shown = new Map<string, CelInput>([['status', step.status]]);
  if (step.output !== undefined) shown.set('output', jsonToCel(step.output, scope.seen));
  if (step.error !== undefined && step.error !== null) shown.set('error', jsonToCel(step.error, scope.seen));
  return shown as CelInput;
}
