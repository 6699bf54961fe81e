import type { Purse } from '../../core/budget/escrow.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { figuresOf, streamOf } from './purses.ts';

/** The first who is parked for want of it says so, once until somebody adds to it or its day is over. */
export async function sayExhausted(
  tx: Tx,
  { rootId }: TaskRow,
  { purse, detail }: { purse: Purse; detail: string },
): Promise<void> {
  const rows = await tx.sql(
    'UPDATE budgets SET exhausted_at = now() WHERE id = $1 AND exhausted_at IS NULL RETURNING id',
    [purse.id],
  );
  if (rows.length === 0) return;
  const place = { rootTaskId: purse.scope === 'agent' ? null : rootId };
  tx.emit(
    { stream: streamOf(purse, rootId), type: 'budget.exhausted', data: { ...figuresOf(purse), detail } },
    place,
  );
}
