/** Which steps a retry begins anew: the named one and all that needs it, or everything that did not complete. */
import type { StepStatus } from '../../contracts/status.ts';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';

export interface RetriedRow {
  key: string;
  stepId: string;
  index: number | null;
  status: StepStatus;
}

/** Keys to set back to pending. Completed work that nothing retried depends on is kept, completed items of a forEach too. */
export function stepsToReset(
  definition: WorkflowDefinition,
  rows: readonly RetriedRow[],
  from?: string,
): string[] {
  if (from !== undefined) {
    const behind = behindOf(definition, new Set([from]));
    return rows.filter((row) => behind.has(row.stepId)).map((row) => row.key);
  }
  const undone = rows.filter((row) => row.status !== 'completed');
  const ids = new Set(undone.filter((row) => row.status !== 'skipped').map((row) => row.stepId));
  const behind = behindOf(definition, ids);
  return rows
    .filter((row) => (ids.has(row.stepId) ? row.status !== 'completed' : behind.has(row.stepId)))
    .map((row) => row.key);
}

/** The steps themselves and everything that depends on them, directly or not. */
function behindOf(definition: WorkflowDefinition, start: Set<string>): Set<string> {
  const found = new Set(start);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const step of definition.steps) if (step.dependsOn.some((id) => found.has(id))) found.add(step.id);
  }
  return found;
}
