import type { GoalBudget } from '../contracts/budget.ts';
import type { UpdateWorkspace } from '../contracts/workspace.ts';
import type { BudgetSettings } from '../db/budgets/budget-store.ts';
import type { Tx } from '../db/record.ts';
import { lockWorkspace, writeWorkspace } from '../db/workspace-store.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

export interface UpdateWorkspaceInput {
  changes: UpdateWorkspace;
  /** The tag that the person looked at; null: whatever is there. */
  ifMatch: string | null;
  tagOf: (workspace: Awaited<ReturnType<typeof lockWorkspace>>) => string;
}

/** What is not named stays. Weights hold from the next assignment on. */
export async function updateWorkspace(
  tx: Tx,
  caller: Caller,
  { changes, ifMatch, tagOf }: UpdateWorkspaceInput,
): Promise<void> {
  requireOwner(caller);
  const row = await lockWorkspace(tx);
  if (ifMatch !== null && ifMatch !== tagOf(row))
    throw new AppError(
      'precondition_failed',
      'The workspace was changed meanwhile. Look at it and try again.',
    );
  const { name, goalBudget, ...settings } = changes;
  const budgets = goalBudget && { ...row.settings.budgets, ...budgetSettings(goalBudget) };
  await writeWorkspace(tx, {
    name,
    settings: { ...settings, ...(goalBudget === undefined ? {} : { budgets }) },
  });
}

function budgetSettings({ usd, tokens }: GoalBudget): BudgetSettings {
  return {
    ...(usd === undefined ? {} : { goalUsd: usd }),
    ...(tokens === undefined ? {} : { goalTokens: tokens }),
  };
}
