import { expireCallApprovals } from '../approvals/approval-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import { withdrawOfCalls } from '../messages/withdraw.ts';
import type { Tx } from '../record.ts';

/** Calls that somebody was asked about, and that are not wanted any more: nobody needs to decide or to answer. */
export async function dropCalls(
  tx: Tx,
  task: TaskRow,
  { keys, reason }: { keys: string[]; reason: string },
): Promise<void> {
  await expireCallApprovals(tx, keys, reason);
  await withdrawOfCalls(tx, task, { keys, reason });
}
