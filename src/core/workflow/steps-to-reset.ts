/** Which steps a retry begins anew: the named one and all that needs it, and whatever did not complete. */
import type { StepStatus } from '../../contracts/status.ts';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';

export interface RetriedRow {
  key: string;
  stepId: string;
  index: number | null;
  status: StepStatus;
}

/**
 * Keys to set back to pending, from a step by its id, or from one item of a forEach by its key: the other items stay then, unless they did
 * not complete either. Completed work that nothing retried depends on is kept, completed items of a forEach too. What stands beside
 * the named step and was stopped, or failed the run, begins anew with it: the run would fail of it again.
 */
export function stepsToReset(
  definition: WorkflowDefinition,
  rows: readonly RetriedRow[],
  from?: string,
): string[] {
  const goesOn = new Set(definition.steps.flatMap(({ id, onError }) => (onError === 'continue' ? [id] : [])));
  const stays = ({ status, stepId }: RetriedRow) =>
    from !== undefined && status === 'failed' && goesOn.has(stepId);
  const undone = rows.filter((row) => row.status !== 'completed' && row.status !== 'skipped' && !stays(row));
  const ids = new Set(undone.map(({ stepId }) => stepId));
  const behind = behindOf(definition, ids);
  const item = rows.find(({ key, index }) => key === from && index !== null);
  const start = item?.stepId ?? from;
  const named = start === undefined ? new Set<string>() : behindOf(definition, new Set([start]));
  return rows
    .filter((row) => {
      if (row.stepId === item?.stepId) return row.key === from || row.index === null || undone.includes(row);
      if (named.has(row.stepId)) return true;
      // Items of a forEach that were allowed to fail are done again by their step, which has completed without them.
      return ids.has(row.stepId) ? row.index === null || row.status !== 'completed' : behind.has(row.stepId);
    })
    .map(({ key }) => key);
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
