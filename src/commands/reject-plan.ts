import type { RejectPlan } from '../contracts/plan.ts';
import { decidePlan } from '../db/plan-store.ts';
import type { Tx } from '../db/record.ts';
import { onTask } from '../db/standing/on-task.ts';
import { type Caller, requireOperator } from './caller.ts';
import { lockProposedPlan } from './proposed-plan.ts';

/**
 * Sends a plan back with a reason: the Chief of Staff plans again.
 * @throws AppError not_found; wrong_state when no plan waits; precondition_failed when it is not the one that was seen
 */
export async function rejectPlan(
  tx: Tx,
  caller: Caller,
  { taskId, n, reason }: { taskId: string } & RejectPlan,
): Promise<{ id: string }> {
  requireOperator(caller);
  const { task, plan } = await lockProposedPlan(tx, { taskId, n }, 'reject');
  const { workflowId, workflowVersion } = plan;
  await decidePlan(tx, plan, { status: 'rejected', note: reason, workflowId, workflowVersion });
  const place = { rootTaskId: task.rootId };
  tx.emit(onTask(task, 'plan.rejected', { reason, problems: 0 }), place);
  tx.wake({ target: `task/${task.id}`, label: task.title, ...place });
  return { id: task.id };
}
