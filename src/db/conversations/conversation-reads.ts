import type { ListFields } from '../list-page.ts';
import type { ConversationRow } from '../mappings/conversation.ts';
import type { Tx } from '../record.ts';

export interface ListedConversation extends ConversationRow {
  agentName: string;
  agentRole: string;
  unanswered: number;
  messages: number;
  lastMessageId: string | null;
  replyTaskId: string | null;
  replyMessageId: string | null;
}

const waiting = `(SELECT count(*)::int FROM messages m WHERE m.conversation_id = t.id AND m.from_kind = 'person' AND m.answered_by IS NULL AND m.state <> 'expired')`;

export const conversationList = {
  from: 'conversations t JOIN agents a ON a.id = t.agent_id',
  columns: `t.*, a.name AS agent_name, a.role AS agent_role, ${waiting} AS unanswered,
    (SELECT count(*)::int FROM messages m WHERE m.conversation_id = t.id) AS messages,
    (SELECT m.id FROM messages m WHERE m.conversation_id = t.id ORDER BY m.place DESC LIMIT 1) AS last_message_id,
    (SELECT k.id FROM tasks k WHERE k.conversation_id = t.id AND k.status NOT IN ('completed', 'failed', 'cancelled') LIMIT 1) AS reply_task_id,
    (SELECT m.id FROM messages m JOIN tasks k ON k.id = m.task_id WHERE m.conversation_id = t.id AND m.from_kind = 'person'
        AND k.status NOT IN ('completed', 'failed', 'cancelled') LIMIT 1) AS reply_message_id`,
  fields: {
    title: { sql: 't.title', type: 'text' },
    agentId: { sql: 't.agent_id', type: 'text', orderable: false },
    'agent.name': { sql: 'a.name', type: 'text', orderable: false },
    taskId: { sql: 't.task_id', type: 'text', orderable: false },
    unanswered: { sql: waiting, type: 'number' },
    archived: { sql: '(t.archived_at IS NOT NULL)', type: 'bool' },
    createdAt: { sql: 't.created_at', type: 'time' },
    updatedAt: { sql: 't.updated_at', type: 'time' },
  },
} satisfies ListFields;

export async function readConversation(tx: Tx, id: string): Promise<ListedConversation | null> {
  const [row] = await tx.sql<ListedConversation>(
    `SELECT ${conversationList.columns} FROM ${conversationList.from} WHERE t.id = $1 AND t.workspace_id = $2`,
    [id, tx.workspaceId],
  );
  return row ?? null;
}

/** `$1` is the conversation. */
export const inConversation = 't.conversation_id = $1';
