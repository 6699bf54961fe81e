import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { closeOpenTries } from '../ledger-store.ts';

/**
 * The activity of a claimed effect ended without an answer (its technical retries are used up, or it was cancelled). What may have
 * been paid is booked as unknown; the effect is over.
 */
export async function markLost(tx: Tx, task: TaskRow, keys: string[]): Promise<void> {
  const status = task.cancelRequestedAt ? 'abandoned' : 'failed';
  const error = { code: 'unavailable', message: 'It could not be carried out: the technical retries are used up.' };
  const rows = await tx.sql<{ key: string }>(
    `UPDATE effects SET status = $3, error = coalesce(error, $4::jsonb), settled_at = now()
      WHERE task_id = $1 AND key = ANY ($2) AND status IN ('planned', 'claimed') RETURNING key`,
    [task.id, keys, status, JSON.stringify(error)],
  );
  for (const { key } of rows) await closeOpenTries(tx, key);
}
