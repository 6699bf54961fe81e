import type { CreateBudget } from '../contracts/budget.ts';
import { insertBudget } from '../db/budgets/budget-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError, type Problem } from '../errors.ts';
import { checkLimits, microUsdOf, requireForScope } from './budget-rules.ts';
import type { Caller } from './caller.ts';

/** @throws AppError invalid_request with every problem; conflict when there is one already */
export async function createBudget(tx: Tx, caller: Caller, wish: CreateBudget): Promise<{ id: string }> {
  requireForScope(caller, wish.scope);
  const limits = { limitMicroUsd: microUsdOf(wish.limitUsd ?? null), limitTokens: wish.limitTokens ?? null };
  const problems = [...namingProblems(wish), ...checkLimits(limits)];
  if (problems.length === 0) problems.push(...(await unknownProblems(tx, wish)));
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The budget cannot be made like this.', { problems });
  const subjectId = wish.taskId ?? wish.agentId ?? tx.workspaceId;
  const id = await insertBudget(tx, { scope: wish.scope, subjectId, limits });
  if (!id) throw new AppError('conflict', 'There is a budget for this already: change that one.');
  return { id };
}

const named = { tree: 'taskId', agent: 'agentId', workspace: null } as const;

function namingProblems(wish: CreateBudget): Problem[] {
  return (['taskId', 'agentId'] as const).flatMap((field): Problem[] => {
    const wanted = named[wish.scope] === field;
    if (wanted && wish[field] === undefined)
      return [
        {
          pointer: `/${field}`,
          code: 'required',
          message: `A budget of scope ${wish.scope} names its ${field}.`,
        },
      ];
    if (!wanted && wish[field] !== undefined)
      return [{ pointer: `/${field}`, code: 'not_allowed', message: `Not with scope ${wish.scope}.` }];
    return [];
  });
}

async function unknownProblems(tx: Tx, { scope, taskId, agentId }: CreateBudget): Promise<Problem[]> {
  if (scope === 'workspace') return [];
  const [row] = await tx.sql<{ root: boolean }>(
    scope === 'tree'
      ? 'SELECT id = root_id AS root FROM tasks WHERE id = $1 AND workspace_id = $2'
      : 'SELECT true AS root FROM agents WHERE id = $1 AND workspace_id = $2',
    [taskId ?? agentId, tx.workspaceId],
  );
  if (!row)
    return [
      {
        pointer: `/${named[scope]}`,
        code: 'not_found',
        message: `There is no ${scope === 'tree' ? `task ${taskId}` : `agent ${agentId}`}.`,
      },
    ];
  return row.root
    ? []
    : [{ pointer: '/taskId', code: 'not_root', message: 'A tree is named by its root task.' }];
}
