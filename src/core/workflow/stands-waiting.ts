import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import { indexDefinition } from './definition-index.ts';
import { isRunning, type NextSteps, type StepRow } from './step-rows.ts';

/** Whether after this decision a run only waits, for a time or a person: a step of it does, and nothing is at work. */
export function standsWaiting(
  definition: WorkflowDefinition,
  rows: readonly Pick<StepRow, 'key' | 'stepId' | 'index' | 'status'>[],
  settled: NextSteps['settle'],
): boolean {
  const { byId } = indexDefinition(definition);
  const changed = new Map(settled.map(({ key, status }) => [key, status]));
  let waits = false;
  for (const row of rows) {
    // The row of a forEach stands for its items.
    if (row.index === null && byId.get(row.stepId)?.step.forEach) continue;
    const status = changed.get(row.key) ?? row.status;
    if (status === 'waiting') waits = true;
    else if (isRunning(status)) return false;
  }
  return waits;
}
