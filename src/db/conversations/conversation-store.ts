import { notFound } from '../../errors.ts';
import type { ConversationRow } from '../mappings/conversation.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';

export type NewConversation = Pick<ConversationRow, 'agentId' | 'taskId' | 'title' | 'createdBy'> & {
  branchedFrom?: string | null;
};

export async function insertConversation(tx: Tx, given: NewConversation): Promise<ConversationRow> {
  const { agentId, taskId, title, createdBy, branchedFrom = null } = given;
  const [row] = await tx.sql<ConversationRow>(
    `INSERT INTO conversations (id, workspace_id, agent_id, task_id, title, branched_from, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *`,
    [newId('conversation'), tx.workspaceId, agentId, taskId, title, branchedFrom, createdBy],
  );
  if (!row) throw new Error('The conversation was not written.');
  tx.emit({
    stream: `conversation/${row.id}`,
    type: 'conversation.created',
    data: { title, agentId, taskId, branchedFrom },
  });
  return row;
}

/** A statement of its own, so that what is read afterwards is what the last writer left. @throws AppError not_found */
export async function lockConversation(tx: Tx, id: string): Promise<ConversationRow> {
  const [row] = await tx.sql<ConversationRow>(
    'SELECT * FROM conversations WHERE id = $1 AND workspace_id = $2 FOR NO KEY UPDATE',
    [id, tx.workspaceId],
  );
  if (!row) throw notFound('conversation', id);
  return row;
}

export async function updateConversation(
  tx: Tx,
  row: ConversationRow,
  patch: Partial<Pick<ConversationRow, 'title' | 'archivedAt'>>,
): Promise<void> {
  const { title = row.title, archivedAt = row.archivedAt } = patch;
  await tx.sql(
    `UPDATE conversations SET title = $2, archived_at = $3, version = version + 1, updated_at = now() WHERE id = $1`,
    [row.id, title, archivedAt],
  );
  Object.assign(row, patch, { version: row.version + 1 });
}

/** The reply that is being written, if any. */
export async function openReply(
  tx: Tx,
  conversationId: string,
): Promise<{ id: string; title: string } | null> {
  const [row] = await tx.sql<{ id: string; title: string }>(
    `SELECT id, title FROM tasks WHERE conversation_id = $1 AND status NOT IN ('completed', 'failed', 'cancelled') ORDER BY id LIMIT 1`,
    [conversationId],
  );
  return row ?? null;
}

/** What a person said and nobody has answered yet. */
export const unanswered = `from_kind = 'person' AND answered_by IS NULL AND state <> 'expired'`;

export function wakeConversation(tx: Tx, { id, title }: Pick<ConversationRow, 'id' | 'title'>): void {
  tx.wake({ target: `conversation/${id}`, label: title });
}
