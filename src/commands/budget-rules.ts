import type { BudgetScope } from '../contracts/budget.ts';
import type { Purse } from '../core/budget/escrow.ts';
import type { Limits } from '../db/budgets/budget-store.ts';
import { lockPurses } from '../db/budgets/purses.ts';
import type { Tx } from '../db/record.ts';
import { notFound, type Problem } from '../errors.ts';
import { type Caller, requireOperator, requireOwner } from './caller.ts';

/** Who may give goals may change what a goal may cost; the rest is the owner's. */
export function requireForScope(caller: Caller, scope: BudgetScope): void {
  if (scope === 'tree' || scope === 'step') requireOperator(caller);
  else requireOwner(caller);
}

export function microUsdOf(usd: number | null): number | null {
  return usd === null ? null : Math.round(usd * 1e6);
}

export function checkLimits({ limitMicroUsd, limitTokens }: Limits): Problem[] {
  if (limitMicroUsd !== null || limitTokens !== null) return [];
  return [
    {
      pointer: '/limitUsd',
      code: 'required',
      message: 'Limit money, tokens, or both; without a limit there is nothing to keep.',
    },
  ];
}

/** Locks the purse, for a caller who may change it. @throws AppError not_found, forbidden */
export async function lockBudget(tx: Tx, caller: Caller, id: string): Promise<Purse> {
  requireOperator(caller);
  const [purse] = await lockPurses(tx, [id]);
  if (!purse) throw notFound('budget', id);
  requireForScope(caller, purse.scope);
  return purse;
}
