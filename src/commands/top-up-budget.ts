import type { TopUpBudget } from '../contracts/budget.ts';
import { figuresOf, readPurses, streamOf } from '../db/budgets/purses.ts';
import type { Tx } from '../db/record.ts';
import { AppError, type Problem } from '../errors.ts';
import { lockBudget, microUsdOf } from './budget-rules.ts';
import type { Caller } from './caller.ts';
import { afterChange } from './update-budget.ts';

/** Adds to a purse; a workspace's for today alone. What was parked for want of it goes on where it stands, in the same transaction. */
export async function topUpBudget(
  tx: Tx,
  caller: Caller,
  { id, wish }: { id: string; wish: TopUpBudget },
): Promise<void> {
  const purse = await lockBudget(tx, caller, id);
  const usd = microUsdOf(wish.usd ?? 0) ?? 0;
  const tokens = wish.tokens ?? 0;
  const problems: Problem[] = [];
  if (usd === 0 && tokens === 0)
    problems.push({
      pointer: '/usd',
      code: 'required',
      message: 'Say how much to add: usd, tokens, or both.',
    });
  if (usd > 0 && purse.limitMicroUsd === null)
    problems.push({ pointer: '/usd', code: 'not_limited', message: 'This budget does not limit money.' });
  if (tokens > 0 && purse.limitTokens === null)
    problems.push({ pointer: '/tokens', code: 'not_limited', message: 'This budget does not limit tokens.' });
  if (problems.length > 0) throw new AppError('invalid_request', 'This cannot be added.', { problems });
  await tx.sql(
    'UPDATE budgets SET extra_micro_usd = extra_micro_usd + $2, extra_tokens = extra_tokens + $3 WHERE id = $1',
    [id, usd, tokens],
  );
  const [now = purse] = await readPurses(tx, [id]);
  const rootTaskId = await rootOf(tx, id);
  if (purse.scope !== 'workspace' || rootTaskId !== '') {
    const data = { ...figuresOf(now), usd: usd / 1e6, tokens };
    const place = {
      rootTaskId: purse.scope === 'agent' ? null : purse.scope === 'tree' ? purse.subjectId : rootTaskId,
    };
    tx.emit({ stream: streamOf(purse, rootTaskId), type: 'budget.topped_up', data }, place);
  }
  await afterChange(tx, id);
}

/** The goal that met a workspace's limit first, of those that wait; '' when none does. */
async function rootOf(tx: Tx, id: string): Promise<string> {
  const [row] = await tx.sql<{ rootId: string }>(
    `SELECT root_id FROM tasks WHERE workspace_id = $1 AND status = 'waiting' AND waiting_for = 'budget' AND $2 = ANY (waits_on) ORDER BY id LIMIT 1`,
    [tx.workspaceId, id],
  );
  return row?.rootId ?? '';
}
