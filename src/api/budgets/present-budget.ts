import type { Budget, TaskBudget } from '../../contracts/budget.ts';
import type { ListedBudget, TreePurse } from '../../db/budgets/budget-store.ts';

export function presentBudget(row: ListedBudget): Budget {
  const { scope, subjectId, warned, version } = row;
  return {
    ...presentPurse(row),
    scope,
    taskId: scope === 'tree' || scope === 'step' ? subjectId : null,
    agentId: scope === 'agent' ? subjectId : null,
    warned,
    exhaustedAt: row.exhaustedAt?.toISOString() ?? null,
    version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function presentPurse({ id, ...purse }: TreePurse): TaskBudget {
  return {
    id,
    limitUsd: purse.limitMicroUsd === null ? null : purse.limitMicroUsd / 1e6,
    spentUsd: purse.spentMicroUsd / 1e6,
    reservedUsd: purse.reservedMicroUsd / 1e6,
    limitTokens: purse.limitTokens,
    spentTokens: purse.spentTokens,
    reservedTokens: purse.reservedTokens,
  };
}
