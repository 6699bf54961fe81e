/**
 * Answers. Whoever asked is told in its own record: a task by a message in it, which its own decision hands to the tool call that waits;
 * a step's run by a wish to look; a person by a message.
 */
import type { MessageContent, MessageType } from '../../contracts/message.ts';
import type { Tx } from '../record.ts';
import { insertMessage, moveMessages, type WrittenMessage } from './message-store.ts';

export interface Answer {
  from: { kind: 'agent' | 'person'; id: string; taskId?: string | null };
  type: Extract<MessageType, 'reply' | 'error' | 'capability_response'>;
  content: MessageContent;
  priority?: number;
  deadline?: Date | null;
  /** Nobody has read what it answers: that stays as it is. */
  unread?: boolean;
}

/**
 * Writes the answer to a message and takes note of it there. The caller has seen that it can be answered, and holds its lock or that of
 * the task that answers.
 */
export async function answerMessage(tx: Tx, asked: WrittenMessage, answer: Answer): Promise<{ id: string }> {
  const { from, type, content, priority = asked.priority, deadline = null, unread = false } = answer;
  const root = await rootOf(tx, asked.fromTaskId ?? from.taskId ?? null);
  const reply = insertMessage(tx, {
    ...addressOf(asked),
    fromKind: from.kind,
    fromId: from.id,
    fromTaskId: from.taskId ?? null,
    type,
    correlationId: asked.correlationId,
    replyTo: asked.id,
    content,
    priority,
    deadline,
    hops: from.kind === 'person' ? 0 : asked.hops + 1,
    rootTaskId: root?.rootId ?? null,
  });
  tx.write('UPDATE messages SET answered_by = $2 WHERE id = $1', [asked.id, reply.id]);
  if (!unread)
    await moveMessages(tx, { ids: [asked.id], to: 'acknowledged', rootTaskId: root?.rootId ?? null });
  if (asked.fromTaskId && root)
    tx.wake({ target: `task/${asked.fromTaskId}`, label: root.title, rootTaskId: root.rootId });
  if (asked.runId && !asked.fromTaskId) tx.wake({ target: `run/${asked.runId}`, label: 'An answer came' });
  return reply;
}

/** Back to whoever asked. What answers a person is delivered by being there. */
function addressOf(asked: WrittenMessage) {
  if (asked.fromTaskId) {
    const to = { toKind: 'task' as const, toId: asked.fromTaskId };
    return { recipient: `task/${asked.fromTaskId}`, ...to, taskId: asked.fromTaskId };
  }
  if (asked.runId) {
    const step = { runId: asked.runId, stepKey: asked.stepKey };
    return {
      recipient: `run/${asked.runId}`,
      toKind: 'run' as const,
      toId: asked.runId,
      ...step,
      state: 'delivered' as const,
    };
  }
  const conversationId = asked.conversationId;
  const recipient = conversationId ? `conversation/${conversationId}` : `person/${asked.fromId}`;
  return {
    recipient,
    toKind: 'person' as const,
    toId: asked.fromId,
    conversationId,
    state: 'delivered' as const,
  };
}

export async function rootOf(
  tx: Tx,
  taskId: string | null,
): Promise<{ rootId: string; title: string } | null> {
  if (!taskId) return null;
  const [row] = await tx.sql<{ rootId: string; title: string }>(
    'SELECT root_id, title FROM tasks WHERE id = $1 AND workspace_id = $2',
    [taskId, tx.workspaceId],
  );
  return row ?? null;
}
