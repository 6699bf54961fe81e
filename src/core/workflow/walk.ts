/** The state of one decision while it walks over the steps: what it knows so far and what it has decided. */
import type { CelInput } from '@bufbuild/cel';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import { type DefinitionIndex, type IndexedStep, indexDefinition } from './definition-index.ts';
import { ExpressionError, type Scope, type VisibleStep } from './evaluate.ts';
import type { NextSteps, RunControl, StepError, StepRow } from './step-rows.ts';

/** Where a step stands within this decision. `open`: pending, running, or waiting for a retry or a new plan. */
export type StepState =
  | { status: 'open' }
  | { status: 'completed'; output: unknown }
  | { status: 'skipped' }
  | { status: 'failed' | 'cancelled'; error: StepError };

export const open: StepState = { status: 'open' };

export interface Walk {
  definition: WorkflowDefinition;
  index: DefinitionIndex;
  inputs: Readonly<Record<string, unknown>>;
  rows: ReadonlyMap<string, StepRow>;
  now: number;
  control: RunControl;
  /** Paused, or something has failed for good: what has begun is followed, nothing new is looked at. */
  halted: boolean;
  states: Map<string, StepState>;
  seen: WeakMap<object, CelInput>;
  out: NextSteps;
}

export interface WalkOver {
  definition: WorkflowDefinition;
  inputs: Readonly<Record<string, unknown>>;
  rows: readonly StepRow[];
  now: number;
  control: RunControl;
}

export function startWalk({ definition, inputs, rows, now, control }: WalkOver): Walk {
  return {
    definition,
    index: indexDefinition(definition),
    inputs,
    rows: new Map(rows.map((row) => [row.key, row])),
    now,
    control,
    halted: control.paused || control.replanning === true,
    states: new Map(),
    seen: new WeakMap(),
    out: { settle: [], start: [], expand: [], cancel: [], remind: [], replan: [], wakeAt: null, end: null },
  };
}

export function wakeBy(walk: Walk, at: number | null): void {
  if (at === null) return;
  walk.out.wakeAt = walk.out.wakeAt === null ? at : Math.min(walk.out.wakeAt, at);
}

export function scopeOf(walk: Walk, item?: Scope['item']): Scope {
  return { inputs: walk.inputs, step: (id) => visible(walk, id), seen: walk.seen, ...(item && { item }) };
}

function visible(walk: Walk, id: string): VisibleStep | undefined {
  const state = walk.states.get(id);
  if (state === undefined) return undefined;
  if (state.status === 'completed') {
    // Deciding on an output that was forgotten to load would look like missing data and fail a good run.
    if (state.output === undefined) throw new Error(`the output of step ${id} is named but was not loaded`);
    return { status: state.status, output: state.output };
  }
  if (state.status === 'failed' || state.status === 'cancelled')
    return { status: state.status, error: state.error };
  return { status: state.status };
}

/** Runs what evaluates expressions; an ExpressionError becomes the reason for which the step fails, for good. */
export function attemptExpression<Value>(run: () => Value): { value: Value } | { error: StepError } {
  try {
    return { value: run() };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { error: { code: error.code, message: error.message, pointer: error.pointer, retryable: false } };
  }
}

/** Writes down that the step failed for good. */
export function failStep(walk: Walk, { step }: IndexedStep, error: StepError): StepState {
  walk.out.settle.push({ key: step.id, stepId: step.id, index: null, status: 'failed', error });
  return { status: 'failed', error };
}
