import type { Conversation } from '../../contracts/conversation.ts';
import type { ListedConversation } from '../../db/conversations/conversation-reads.ts';
import type { ListedMessage } from '../../db/messages/message-reads.ts';
import { presentMessage } from '../messages/present-message.ts';
import { timeOrNull } from '../tasks/present-task.ts';
import { type TemporalPlace, temporalLink } from '../temporal-link.ts';

export function presentConversation(
  row: ListedConversation,
  last: ListedMessage | undefined,
  temporal: TemporalPlace,
): Conversation {
  return {
    id: row.id,
    agent: { id: row.agentId, name: row.agentName, role: row.agentRole },
    taskId: row.taskId,
    title: row.title,
    branchedFrom: row.branchedFrom,
    answering: row.replyTaskId ? { taskId: row.replyTaskId, messageId: row.replyMessageId } : null,
    unanswered: row.unanswered,
    messages: row.messages,
    lastMessage: last ? presentMessage(last) : null,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    archivedAt: timeOrNull(row.archivedAt),
    temporal: temporalLink(temporal, `conversation/${row.id}`, row.temporalStartedAt),
  };
}
