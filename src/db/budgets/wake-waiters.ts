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
  let waiters: WaitingTask[] = [];
  do {
    waiters = await loadWaiters(tx, budgetIds, waiters.at(-1)?.id ?? '');
    const ready = await thoseReady(tx, waiters);
    for (const task of ready) wakeTask(tx, task);
    if (ready.length > 0) return;
  } while (waiters.length === most);
}

/** After a person has changed a limit: what the others still lack is another figure. */
export async function tellBudgetWaiters(tx: Tx, budgetIds: readonly string[]): Promise<void> {
  for (const task of await loadWaiters(tx, budgetIds, '')) wakeTask(tx, task);
  await wakeBudgetWaiters(tx, budgetIds);
}

function loadWaiters(tx: Tx, budgetIds: readonly string[], after: string): Promise<WaitingTask[]> {
  return tx.sql<WaitingTask>(
    `SELECT t.id, t.title, t.root_id, t.waits_on, e.needs AS need
       FROM tasks t JOIN effects e ON e.task_id = t.id AND e.attempt = t.attempt AND e.status = 'parked'
      WHERE ${waitsForThese} AND t.id > $3
      ORDER BY t.id LIMIT ${most}`,
    [tx.workspaceId, budgetIds, after],
  );
}

async function thoseReady(tx: Tx, waiters: readonly WaitingTask[]): Promise<WaitingTask[]> {
  if (waiters.length === 0) return [];
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
  return ready.map(({ task }) => task);
}

/** The purses of a task with a parked call, as part of what a decision looks at; `null` without one. */
export const pursesOfParked = (taskId: string, attempt: string) => `
  (SELECT json_agg(${purseJson} ORDER BY b.id) FROM tasks k CROSS JOIN LATERAL (${pursesOfPayer()}) AS mine JOIN budgets b ON b.id = mine.id
    WHERE k.id = ${taskId}
      AND EXISTS (SELECT 1 FROM effects p WHERE p.task_id = ${taskId} AND p.attempt = ${attempt} AND p.status = 'parked'))`;
