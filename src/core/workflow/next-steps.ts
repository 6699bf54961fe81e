/**
 * Where a run stands and what comes next: the one decision of the executor.
 *
 * 1. Pure: the same definition, inputs, rows, time and control give the same answer. Asked again before anything was written, it
 *    says the same; asked again after its answer was written, it says nothing new.
 * 2. A step starts only after all it depends on has ended, and only while its row is pending; so never twice.
 * 3. Steps are walked in an order in which every step comes after what it depends on. So one pass is the fixpoint: what a set step
 *    settles is seen by those behind it in the same decision.
 * 4. A run always ends: when nothing is open it has an end, and what is open either runs, or has a time at which to look again, or
 *    waits for somebody who is named (paused, a new plan).
 * 5. A run that fails or is cancelled ends only when nothing of it runs any more.
 *
 * Quick: O(steps + dependencies + rows) plus the expressions of steps that became ready.
 */
import type { Json, WorkflowDefinition } from '../../contracts/workflow.ts';
import { decideStep } from './decide-step.ts';
import type { IndexedStep } from './definition-index.ts';
import { resolveReferences } from './evaluate.ts';
import type { NextSteps, RunControl, RunEnd, RunError, StepRow } from './step-rows.ts';
import { stopRun } from './stop-run.ts';
import { attemptExpression, open, scopeOf, startWalk, type StepState, type Walk } from './walk.ts';

export interface NextStepsQuestion {
  definition: WorkflowDefinition;
  /** The run's inputs, checked and with their defaults. */
  inputs: Readonly<Record<string, unknown>>;
  rows: readonly StepRow[];
  /** Milliseconds since 1970 */
  now: number;
  control: RunControl;
}

export function nextSteps(question: NextStepsQuestion): NextSteps {
  const walk = startWalk(question);
  if (walk.control.cancelRequested) return stopRun(walk, { status: 'cancelled' });
  const failures: { indexed: IndexedStep; state: StepState }[] = [];
  for (const indexed of walk.index.ordered) {
    const state = decideStep(walk, indexed);
    if (!isFailure(state) || indexed.step.onError === 'continue') walk.states.set(indexed.step.id, state);
    else if (indexed.step.onError === 'replan' && walk.control.canReplan === true) {
      // What needs it waits for the new plan, neither started nor skipped.
      walk.states.set(indexed.step.id, open);
      walk.out.replan.push(indexed.step.id);
    } else {
      walk.states.set(indexed.step.id, state);
      failures.push({ indexed, state });
      walk.halted = true;
    }
  }
  if (walk.control.paused) return walk.out;
  if (failures.length > 0) return stopRun(walk, { status: 'failed', error: runError(failures) });
  // A run that was asked for a new plan may get more steps by it.
  const isOver =
    !walk.control.replanning && ![...walk.states.values()].some(({ status }) => status === 'open');
  if (isOver) walk.out.end = complete(walk);
  return walk.out;
}

function isFailure(state: StepState): boolean {
  return state.status === 'failed' || state.status === 'cancelled';
}

/** The first in the definition's order; one that failed before one that was only cancelled because of it. */
function runError(failures: { indexed: IndexedStep; state: StepState }[]): RunError {
  const rank = ({ indexed, state }: (typeof failures)[number]) =>
    indexed.position + (state.status === 'failed' ? 0 : 1_000_000);
  const first = failures.toSorted((left, right) => rank(left) - rank(right))[0];
  if (first === undefined || !('error' in first.state))
    return { code: 'step_failed', message: 'A step failed.' };
  const { step } = first.indexed;
  return {
    code: 'step_failed',
    message: `Step "${step.title ?? step.id}" failed. ${first.state.error.message}`,
    stepId: step.id,
    cause: first.state.error,
  };
}

function complete(walk: Walk): RunEnd {
  const { output } = walk.definition;
  if (output === null) return { status: 'completed', output: leafOutputs(walk) };
  const resolved = attemptExpression(() => resolveReferences(output, scopeOf(walk), '/output'));
  if ('value' in resolved) return { status: 'completed', output: resolved.value };
  const { message } = resolved.error;
  return { status: 'failed', error: { code: 'expression_failed', message, cause: resolved.error } };
}

function leafOutputs(walk: Walk): Json {
  const outputs: [string, Json][] = [];
  for (const { step, isLeaf } of walk.index.ordered) {
    if (isLeaf && walk.states.get(step.id)?.status === 'completed') {
      outputs.push([step.id, (scopeOf(walk).step(step.id)?.output ?? null) as Json]);
    }
  }
  return Object.fromEntries(outputs);
}
