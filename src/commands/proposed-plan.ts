import { isFinished } from '../contracts/status.ts';
import type { PlanRow } from '../db/mappings/plan.ts';
import type { TaskRow } from '../db/mappings/task.ts';
import { listPlans } from '../db/plan-store.ts';
import type { Tx } from '../db/record.ts';
import { lockTask } from '../db/task-store.ts';
import { AppError } from '../errors.ts';

/**
 * The plan that waits for a person, with its task locked.
 * @param n the one that the person has seen: a yes is for what was seen
 * @throws AppError not_found, wrong_state; precondition_failed when another one waits by now
 */
export async function lockProposedPlan(
  tx: Tx,
  { taskId, n }: { taskId: string; n?: number | undefined },
  verb: 'accept' | 'reject',
): Promise<{ task: TaskRow; plan: PlanRow }> {
  const task = await lockTask(tx, taskId);
  const plan = (await listPlans(tx, taskId)).at(-1);
  if (isFinished(task.status) || task.cancelRequestedAt)
    throw new AppError('wrong_state', `The task has ended: there is no plan left to ${verb}.`);
  if (plan?.status !== 'proposed') {
    const state = plan ? stateOf(plan) : 'There is no plan yet';
    throw new AppError('wrong_state', `${state}: there is nothing to ${verb}.`);
  }
  if (n !== undefined && n !== plan.n)
    throw new AppError(
      'precondition_failed',
      `You have seen plan ${n}, and plan ${plan.n} waits by now: look at it first.`,
    );
  return { task, plan };
}

function stateOf({ status }: PlanRow): string {
  return status === 'withdrawn'
    ? 'The Chief of Staff has taken the plan back, and writes another'
    : `The plan is ${status} already`;
}
