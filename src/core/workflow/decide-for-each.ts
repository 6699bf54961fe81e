/**
 * A step with forEach.
 *
 * 1. Its items are worked out anew in every decision. That is safe because they come from inputs and from steps that have ended.
 * 2. Outputs keep the order of the items, whatever order they end in.
 * 3. Retry and timeout count per item. A set step computes all its items at once and has no rows for them.
 * 4. `onError: continue`: an item that failed leaves null in its place; only when all failed has the step failed. Else: the
 *    first failed item fails the step, and its siblings are stopped.
 */
import { type ForEach, type Json, workflowLimits } from '../../contracts/workflow.ts';
import type { IndexedStep } from './definition-index.ts';
import { evaluateExpression, ExpressionError, kindOf, resolveReferences, type Scope } from './evaluate.ts';
import { readAttempt, startAttempt } from './read-attempt.ts';
import { computeValues } from './resolve-with.ts';
import { isRunning, onlyWaits, type StepError, stepKey } from './step-rows.ts';
import { attemptExpression, failStep, open, scopeOf, type StepState, type Walk } from './walk.ts';

export function decideForEach(walk: Walk, indexed: IndexedStep, forEach: ForEach): StepState {
  const { step, pointer } = indexed;
  const items = attemptExpression(() => itemsOf(forEach, scopeOf(walk), `${pointer}/forEach/items`));
  if ('error' in items) return failStep(walk, indexed, items.error);
  if (items.value.length === 0) return complete(walk, indexed, []);
  if (step.kind === 'set') return computeAll(walk, indexed, items.value);
  return decideItems(walk, indexed, { items: items.value, maxParallel: forEach.maxParallel });
}

function itemsOf(forEach: ForEach, scope: Scope, pointer: string): Json[] {
  const { items } = forEach;
  const list = Array.isArray(items)
    ? resolveReferences(items, scope, pointer)
    : evaluateExpression(items, scope, pointer);
  if (!Array.isArray(list))
    throw new ExpressionError(pointer, `forEach needs a list, this is ${kindOf(list)}`);
  if (list.length > workflowLimits.forEachItems) {
    throw new ExpressionError(
      pointer,
      `${list.length} items; at most ${workflowLimits.forEachItems} are allowed`,
    );
  }
  return list;
}

function computeAll(walk: Walk, indexed: IndexedStep, items: Json[]): StepState {
  const { step, pointer } = indexed;
  if (step.kind !== 'set') return open;
  const outputs: Json[] = [];
  let failure: StepError | null = null;
  for (const [index, value] of items.entries()) {
    const scope = scopeOf(walk, { name: step.forEach?.as ?? 'item', value });
    const computed = attemptExpression(() => computeValues(step, scope, pointer));
    outputs.push('error' in computed ? null : computed.value);
    if ('error' in computed) failure ??= ofItem(index, computed.error);
  }
  const lost =
    failure !== null && (step.onError !== 'continue' || outputs.every((output) => output === null));
  return lost && failure !== null ? failStep(walk, indexed, failure) : complete(walk, indexed, outputs);
}

interface Items {
  items: Json[];
  maxParallel: number;
}

function decideItems(walk: Walk, indexed: IndexedStep, { items, maxParallel }: Items): StepState {
  const { step } = indexed;
  const row = walk.rows.get(step.id);
  if (row === undefined || !isRunning(row.status)) {
    walk.out.expand.push({ key: step.id, stepId: step.id, count: items.length });
  }
  const attempts = items.map((_, index) => readAttempt(walk, step, index));
  const ended = attempts.map((attempt) => (attempt.at === 'ended' ? attempt.state : null));
  if (!mayGoOn(indexed, ended)) return failAll(walk, indexed, ended);
  let busy = attempts.filter(({ at }) => at === 'busy').length;
  for (const [index, value] of items.entries()) {
    if (walk.halted || busy >= maxParallel) break;
    if (attempts[index]?.at !== 'free') continue;
    const error = startAttempt(walk, indexed, { index, value });
    if (error === null) {
      busy += 1;
      continue;
    }
    const state: StepState = { status: 'failed', error };
    ended[index] = state;
    walk.out.settle.push({ key: stepKey(step.id, index), stepId: step.id, index, status: 'failed', error });
  }
  if (!mayGoOn(indexed, ended)) return failAll(walk, indexed, ended);
  if (ended.some((state) => state === null)) return open;
  return ended.every((state) => state?.status !== 'completed')
    ? failAll(walk, indexed, ended)
    : complete(
        walk,
        indexed,
        ended.map((state) => outputOf(state, step.id)),
      );
}

function mayGoOn({ step }: IndexedStep, ended: readonly (StepState | null)[]): boolean {
  return step.onError === 'continue' || firstFailure(ended) === null;
}

function firstFailure(ended: readonly (StepState | null)[]): StepError | null {
  for (const [index, state] of ended.entries()) {
    if (state?.status === 'failed' || state?.status === 'cancelled') return ofItem(index, state.error);
  }
  return null;
}

function failAll(walk: Walk, indexed: IndexedStep, ended: readonly (StepState | null)[]): StepState {
  const { step } = indexed;
  const { out } = walk;
  out.start = out.start.filter(({ stepId }) => stepId !== step.id);
  // A retry that was planned a moment ago is not wanted any more.
  out.settle = out.settle.filter((settled) => settled.stepId !== step.id || settled.status !== 'pending');
  for (const index of ended.keys()) {
    const row = walk.rows.get(stepKey(step.id, index));
    if (row === undefined || ended[index] !== null) continue;
    const waits = isRunning(row.status) && onlyWaits(step.kind);
    if (isRunning(row.status) && !waits && !out.cancel.includes(row.key)) out.cancel.push(row.key);
    if (row.status === 'pending' || waits) {
      out.settle.push({ key: row.key, stepId: step.id, index, status: 'cancelled' });
    }
  }
  return failStep(
    walk,
    indexed,
    firstFailure(ended) ?? { code: 'step_failed', message: 'Every item failed.' },
  );
}

function ofItem(index: number, error: StepError): StepError {
  return { ...error, message: `Item ${index}: ${error.message}`, retryable: false };
}

function outputOf(state: StepState | null, stepId: string): Json {
  if (state?.status !== 'completed') return null;
  if (state.output === undefined)
    throw new Error(`the outputs of the items of ${stepId} are needed but were not loaded`);
  return state.output as Json;
}

function complete(walk: Walk, { step }: IndexedStep, output: Json[]): StepState {
  walk.out.settle.push({ key: step.id, stepId: step.id, index: null, status: 'completed', output });
  return { status: 'completed', output };
}
