/**
 * Deadlines. The outbox keeps the time at which a message is due, so nothing polls: when it has come, what nobody has read expires, and so
 * does a request that nobody has answered; the work on it stops. Whoever asked is told.
 */
import { wantsAnswer } from '../../contracts/message.ts';
import { isClosed } from '../../contracts/status.ts';
import type { Database, Tx } from '../record.ts';
import { rootOf } from './answer.ts';
import { tellSender } from './in-task.ts';
import { longestWaitMs, moveMessages } from './message-store.ts';
import { lockWithWork, stopWork } from './work-of-request.ts';

/** Safe to repeat; changes nothing before the deadline, or when the message has served its purpose. */
export async function expireMessage(db: Database, id: string): Promise<void> {
  const [row] = await db.acrossWorkspaces<{ workspaceId: string }>(
    'SELECT workspace_id FROM messages WHERE id = $1',
    [id],
  );
  if (row) await db.inWorkspace({ workspaceId: row.workspaceId, actor: 'system' }, (tx) => expire(tx, id));
}

async function expire(tx: Tx, id: string): Promise<void> {
  const message = await lockWithWork(tx, id);
  if (!message?.deadline || isClosed(message.state)) return;
  const root = await rootOf(tx, message.taskId ?? message.fromTaskId);
  const rootTaskId = root?.rootId ?? null;
  const left = message.deadline.getTime() - Date.now();
  if (left > 0)
    return tx.wake({
      target: `message/${id}`,
      label: 'Deadline of a message',
      rootTaskId,
      afterMs: Math.min(left, longestWaitMs),
    });
  const asks = wantsAnswer(message.type);
  const served = asks
    ? message.answeredBy !== null
    : message.state === 'read' || message.state === 'acknowledged';
  if (served) return;
  const reason = asks ? 'Nobody answered by the deadline.' : 'Nobody read it by the deadline.';
  await moveMessages(tx, { ids: [id], to: 'expired', reason, rootTaskId });
  await stopWork(tx, message, reason);
  await tellSender(tx, message, reason);
}
