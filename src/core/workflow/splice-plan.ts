/**
 * A new rest for a plan that is under way.
 *
 * 1. What has completed, is at work, or led there is kept exactly as it stands in the old plan: same id, same definition. A new step
 *    with such an id is dropped in favour of the old one.
 * 2. Everything else of the old plan goes, unless the new rest names it again: then it begins anew.
 * 3. Kept steps depend on kept steps only, so the whole is as free of rings as the rest is.
 */
import type { PlanChanges } from '../../contracts/plan.ts';
import type { Step, WorkflowDefinition } from '../../contracts/workflow.ts';
import { isRunning, type StepRow } from './step-rows.ts';

export type RowFacts = Pick<StepRow, 'key' | 'stepId' | 'status' | 'attempts'>;

export interface SplicedPlan {
  definition: WorkflowDefinition;
  changes: PlanChanges;
}

/** Ids of the steps of `old` that a new plan cannot touch. */
export function keptSteps(old: WorkflowDefinition, rows: readonly RowFacts[]): Set<string> {
  const byId = new Map(old.steps.map((step) => [step.id, step]));
  const kept = new Set<string>();
  const open = rows.filter(isBegun).map(({ stepId }) => stepId);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = byId.get(id);
    if (!step || kept.has(id)) continue;
    kept.add(id);
    open.push(...step.dependsOn);
  }
  return kept;
}

/** Between two tries of a retry policy a step is pending, and yet at work. A failed item of a forEach does not keep its step. */
function isBegun({ key, stepId, status, attempts }: RowFacts): boolean {
  if (key !== stepId) return false;
  return status === 'completed' || isRunning(status) || (status === 'pending' && attempts > 0);
}

/** In the places of `rest`, so that a problem of the whole is found where its writer put it; what it leaves out comes behind. */
export function splicePlan(
  old: WorkflowDefinition,
  rest: WorkflowDefinition,
  rows: readonly RowFacts[],
): SplicedPlan {
  const kept = keptSteps(old, rows);
  const before = new Map(old.steps.map((step) => [step.id, step]));
  const named = new Set(rest.steps.map(({ id }) => id));
  const steps = [
    ...rest.steps.map((step) => (kept.has(step.id) ? (before.get(step.id) as Step) : step)),
    ...old.steps.filter(({ id }) => kept.has(id) && !named.has(id)),
  ];
  const ids = new Set(steps.map(({ id }) => id));
  return {
    definition: { ...rest, inputs: old.inputs, steps },
    changes: {
      added: steps.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
      removed: old.steps.filter(({ id }) => !ids.has(id)).map(({ id }) => id),
      kept: old.steps.filter(({ id }) => kept.has(id)).map(({ id }) => id),
    },
  };
}

/** For people: what was kept first, in its old order, then what is new. */
export function inReadingOrder({ definition, changes }: SplicedPlan): WorkflowDefinition {
  const place = new Map(changes.kept.map((id, i) => [id, i]));
  const placeOf = ({ id }: Step) => place.get(id) ?? changes.kept.length;
  return { ...definition, steps: definition.steps.toSorted((one, other) => placeOf(one) - placeOf(other)) };
}
