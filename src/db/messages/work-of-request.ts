/** The task that was started for a request to an agent: nobody needs it when nobody waits for the answer. */
import { wantsAnswer } from '../../contracts/message.ts';
import type { MessageRow } from '../mappings/message.ts';
import type { Tx } from '../record.ts';
import { lockRuns } from '../run-store.ts';
import { requestCancel } from '../standing/request-cancel.ts';
import { subtreeOf } from '../standing/subtree.ts';
import { lockTask } from '../task-store.ts';
import { loadMessage, lockMessage } from './message-store.ts';

/** Null: no task was started for it. A reply in a conversation is stopped there. */
export function workOf({ toKind, type, taskId, conversationId }: MessageRow): string | null {
  return toKind === 'agent' && wantsAnswer(type) && conversationId === null ? taskId : null;
}

/** Runs, the task, the message, as everywhere; and as the end of that task, which answers it: so one of the two comes first. */
export async function lockWithWork(tx: Tx, id: string): Promise<MessageRow | null> {
  const known = await loadMessage(tx, id);
  const work = known && workOf(known);
  if (work) {
    const { runIds } = await subtreeOf(tx, { taskIds: [work] });
    await lockRuns(tx, runIds);
    await lockTask(tx, work);
  }
  return known && lockMessage(tx, id);
}

/** With everything below it; what has not begun never begins. The caller holds both locks, and has closed the message: the end answers nothing. */
export async function stopWork(tx: Tx, message: MessageRow, reason: string): Promise<void> {
  const work = workOf(message);
  if (work) await requestCancel(tx, { taskIds: [work], reason });
}
