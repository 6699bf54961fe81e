import type { Message } from '../../contracts/message.ts';
import { priorities } from '../../contracts/task.ts';
import type { ListedMessage } from '../../db/messages/message-reads.ts';
import { timeOrNull } from '../tasks/present-task.ts';

export function presentMessage(row: ListedMessage): Message {
  return {
    id: row.id,
    place: row.place,
    from: { kind: row.fromKind, id: row.fromId, name: row.fromName },
    to: { kind: row.toKind, id: row.toId, name: row.toName },
    type: row.type,
    correlationId: row.correlationId,
    replyTo: row.replyTo,
    content: row.content,
    priority: priorities[row.priority] ?? 'medium',
    deadline: timeOrNull(row.deadline),
    hops: row.hops,
    state: row.state,
    reason: row.reason,
    taskId: row.taskId,
    fromTaskId: row.fromTaskId,
    runId: row.runId,
    conversationId: row.conversationId,
    answeredBy: row.answeredBy,
    open: row.open,
    acceptedAt: row.acceptedAt.toISOString(),
    deliveredAt: timeOrNull(row.deliveredAt),
    readAt: timeOrNull(row.readAt),
    acknowledgedAt: timeOrNull(row.acknowledgedAt),
    expiredAt: timeOrNull(row.expiredAt),
    withdrawnAt: timeOrNull(row.withdrawnAt),
  };
}
