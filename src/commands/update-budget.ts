import type { UpdateBudget } from '../contracts/budget.ts';
import { warningOf } from '../core/budget/escrow.ts';
import { readPurses } from '../db/budgets/purses.ts';
import { tellBudgetWaiters } from '../db/budgets/wake-waiters.ts';
import type { Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import { checkLimits, lockBudget, microUsdOf } from './budget-rules.ts';
import type { Caller } from './caller.ts';

/** Sets limits anew: what was added to one before is part of the old limit and goes with it. What fits now goes on. */
export async function updateBudget(
  tx: Tx,
  caller: Caller,
  { id, wish }: { id: string; wish: UpdateBudget },
): Promise<void> {
  const purse = await lockBudget(tx, caller, id);
  const usd = wish.limitUsd === undefined ? purse.limitMicroUsd : microUsdOf(wish.limitUsd);
  const tokens = wish.limitTokens === undefined ? purse.limitTokens : wish.limitTokens;
  const problems = checkLimits({ limitMicroUsd: usd, limitTokens: tokens });
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The budget cannot be changed like this.', { problems });
  await tx.sql(
    `UPDATE budgets SET limit_micro_usd = CASE WHEN $2 THEN $3::bigint ELSE limit_micro_usd END, extra_micro_usd = CASE WHEN $2 THEN 0 ELSE extra_micro_usd END,
            limit_tokens = CASE WHEN $4 THEN $5::bigint ELSE limit_tokens END, extra_tokens = CASE WHEN $4 THEN 0 ELSE extra_tokens END WHERE id = $1`,
    [id, wish.limitUsd !== undefined, usd, wish.limitTokens !== undefined, tokens],
  );
  await afterChange(tx, id);
}

/** What was told counts from the new limit, and whoever waits looks again. */
export async function afterChange(tx: Tx, id: string): Promise<void> {
  const [purse] = await readPurses(tx, [id]);
  if (purse) {
    await tx.sql(
      'UPDATE budgets SET warned = $2, exhausted_at = NULL, version = version + 1, updated_at = now() WHERE id = $1',
      [id, warningOf(purse)],
    );
  }
  await tellBudgetWaiters(tx, [id]);
}
