import { isFinished } from '../contracts/status.ts';
import type { PlanRow } from '../db/mappings/plan.ts';
import type { TaskRow } from '../db/mappings/task.ts';
import { listPlans } from '../db/plan-store.ts';
import type { Tx } from '../db/record.ts';
import { lockTask } from '../db/task-store.ts';
import { AppError } from '../errors.ts';

/** The plan that waits for a person, with its task locked. @throws AppError not_found, wrong_state */
export async function lockProposedPlan(
  tx: Tx,
  taskId: string,
  verb: 'accept' | 'reject',
): Promise<{ task: TaskRow; plan: PlanRow }> {
  const task = await lockTask(tx, taskId);
  const plan = (await listPlans(tx, taskId)).at(-1);
  if (isFinished(task.status) || task.cancelRequestedAt)
    throw new AppError('wrong_state', `The task has ended: there is no plan left to ${verb}.`);
  if (plan?.status !== 'proposed') {
    const state = plan ? `The plan is ${plan.status} already` : 'There is no plan yet';
    throw new AppError('wrong_state', `${state}: there is nothing to ${verb}.`);
  }
  return { task, plan };
}
