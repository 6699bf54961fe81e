import { tellBudgetWaiters } from '../db/budgets/wake-waiters.ts';
import type { Tx } from '../db/record.ts';
import { lockBudget } from './budget-rules.ts';
import type { Caller } from './caller.ts';

/** Nothing limits it any more; what waited for it goes on. */
export async function deleteBudget(tx: Tx, caller: Caller, { id }: { id: string }): Promise<void> {
  await lockBudget(tx, caller, id);
  await tx.sql('DELETE FROM budgets WHERE id = $1 AND workspace_id = $2', [id, tx.workspaceId]);
  await tellBudgetWaiters(tx, [id]);
}
