import { type Amount, whoLooksAgain } from '../../core/budget/escrow.ts';
import { untilToppedUp } from '../../core/task/budget.ts';
import type { Tx } from '../record.ts';
import { wakeTask } from '../standing/wake-model-waiters.ts';
import { purseJson, pursesOfPayer, readPurses } from './purses.ts';

interface WaitingTask {
  id: string;
  title: string;
  rootId: string;
  waitsOn: string[];
  need: Amount | null;
}

const waitsForThese = `t.workspace_id = $1 AND t.status = 'waiting' AND t.waiting_for = 'budget' AND t.waits_on && $2::text[]`;

/** Sent with the commit (see `lastly`): who waits is woken by the same work, step by step. */
export async function refuseIfAnyWaits(tx: Tx, budgetIds: readonly string[]): Promise<void> {
  await tx.sql(`SELECT adjutant_stepwise() FROM tasks t WHERE ${waitsForThese} LIMIT 1`, [
    tx.workspaceId,
    budgetIds,
  ]);
}

/** More are called by those who go first. */
const most = 200;

/**
 * Lets tasks that wait for room in these purses look again, the oldest first: those that fit now, and those that should say something else.
 * To be called with the purses locked and written. Nothing is promised to them: whoever claims first has it.
 */
export async function wakeBudgetWaiters(tx: Tx, budgetIds: readonly string[]): Promise<void> {
  const waiters = await tx.sql<WaitingTask>(
    `SELECT t.id, t.title, t.root_id, t.waits_on, e.needs AS need
       FROM tasks t JOIN effects e ON e.task_id = t.id AND e.attempt = t.attempt AND e.status = 'parked'
      WHERE ${waitsForThese}
      ORDER BY t.id LIMIT ${most}`,
    [tx.workspaceId, budgetIds],
  );
  if (waiters.length === 0) return;
  const purses = await readPurses(tx, [...new Set(waiters.flatMap(({ waitsOn }) => waitsOn))]);
  const ready = whoLooksAgain(
    purses,
    waiters.map((task) => ({
      task,
      need: task.need ?? { microUsd: 0, tokens: 0 },
      purseIds: task.waitsOn,
      busy: !task.waitsOn.includes(untilToppedUp),
    })),
  );
  for (const { task } of ready) wakeTask(tx, task);
}

/** The purses of a task with a parked call, as part of what a decision looks at; `null` without one. */
export const pursesOfParked = (taskId: string, attempt: string) => `
  (SELECT json_agg(${purseJson} ORDER BY b.id) FROM tasks k CROSS JOIN LATERAL (${pursesOfPayer()}) AS mine JOIN budgets b ON b.id = mine.id
    WHERE k.id = ${taskId}
      AND EXISTS (SELECT 1 FROM effects p WHERE p.task_id = ${taskId} AND p.attempt = ${attempt} AND p.status = 'parked'))`;
