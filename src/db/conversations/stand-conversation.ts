/**
 * Where a conversation stands: one reply at a time, to the oldest message that is unanswered. A reply is a task of the agent, so claim,
 * ledger, budget, tools and approvals are those of every task; it needs no free slot, since people talk with agents at work. When nothing is
 * unanswered the conversation's Temporal workflow ends; the next message starts it again.
 */
import type { Standing } from '../../contracts/corridor.ts';
import type { ConversationRow } from '../mappings/conversation.ts';
import type { MessageRow } from '../mappings/message.ts';
import { contentText, titleOfText } from '../../core/messages/words.ts';
import { goalLimits, openGoalPurse } from '../budgets/budget-store.ts';
import { moveMessages } from '../messages/message-store.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';
import { requestCancel } from '../standing/request-cancel.ts';
import { takeWakes } from '../standing/take-wakes.ts';
import { insertTask } from '../task-store.ts';
import { lockConversation, openReply, unanswered } from './conversation-store.ts';
import { headOf } from '../../core/context/clip.ts';

export async function standConversation(
  tx: Tx,
  { conversationId, operations }: { conversationId: string; operations: boolean },
): Promise<Standing> {
  const conversation = await lockConversation(tx, conversationId);
  takeWakes(tx, `conversation/${conversationId}`);
  if (operations) await stopByOperations(tx, conversation);
  const reply = (await openReply(tx, conversationId)) ?? (await nextReply(tx, conversation));
  const [agent] = await tx.sql<{ name: string }>('SELECT name FROM agents WHERE id = $1', [
    conversation.agentId,
  ]);
  const summary = reply ? `Reply to “${reply.title}”` : '';
  return {
    version: conversation.version,
    start: reply ? [{ key: `task/${reply.id}`, kind: 'task', id: reply.id, summary }] : [],
    cancel: [],
    wakeAt: null,
    end: reply ? null : 'completed',
    status: reply ? 'answering' : 'idle',
    agent: agent?.name ?? null,
    details: `**${headOf(conversation.title, 120)}**\n\n${reply ? `Answers: ${headOf(reply.title, 200)}` : 'Nothing is unanswered'}`,
  };
}

/** Somebody stopped it in Temporal. */
export async function stopByOperations(tx: Tx, { id }: Pick<ConversationRow, 'id'>): Promise<void> {
  const why = 'Stopped by operations in Temporal.';
  if (await stopAll(tx, { id }, why))
    tx.emit({ stream: `conversation/${id}`, type: 'repair.made', data: { what: 'cancelled', why } });
}

/** The reply under way ends, and what waits is not answered. Of what was to be answered anew the last reply counts. @returns whether anything was open */
export async function stopAll(tx: Tx, { id }: Pick<ConversationRow, 'id'>, reason: string): Promise<boolean> {
  const reply = await openReply(tx, id);
  const stopped = reply ? (await requestCancel(tx, { taskIds: [reply.id], reason })).tasks : 0;
  const kept = await tx.sql(
    `UPDATE messages m SET answered_by = r.id
       FROM (SELECT DISTINCT ON (reply_to) reply_to, id FROM messages WHERE conversation_id = $1 AND reply_to IS NOT NULL ORDER BY reply_to, place DESC) AS r
      WHERE m.id = r.reply_to AND m.conversation_id = $1 AND m.answered_by IS NULL AND m.task_id IS NULL RETURNING m.id`,
    [id],
  );
  const rows = await tx.sql<{ id: string }>(
    `SELECT id FROM messages WHERE conversation_id = $1 AND ${unanswered} AND task_id IS NULL`,
    [id],
  );
  await moveMessages(tx, { ids: rows.map((row) => row.id), to: 'expired', reason });
  return stopped + kept.length + rows.length > 0;
}

/** Begins the next one; null: nothing is unanswered, or nobody is there any more who could. */
export async function nextReply(
  tx: Tx,
  conversation: ConversationRow,
): Promise<{ id: string; title: string } | null> {
  const [message] = await tx.sql<MessageRow>(
    `SELECT * FROM messages WHERE conversation_id = $1 AND ${unanswered} ORDER BY place LIMIT 1`,
    [conversation.id],
  );
  if (!message) return null;
  const agent = await agentOf(tx, conversation);
  if (agent.archivedAt) {
    await stopAll(tx, conversation, `${agent.name} is archived.`);
    return null;
  }
  const id = newId('task');
  const title = titleOfText(message.content.text);
  await insertTask(tx, {
    id,
    rootId: id,
    role: agent.role,
    title,
    goal: contentText(message.content),
    status: 'assigned',
    priority: message.priority,
    depth: 0,
    actor: message.fromId,
    wantedAgentId: conversation.agentId,
    agentId: conversation.agentId,
    attempt: 1,
    conversationId: conversation.id,
  });
  await tx.sql(
    `INSERT INTO attempts (id, workspace_id, task_id, n, agent_id, agent_revision, status, assignment, started_at)
     VALUES ($1, $2, $3, 1, $4, $5, 'running', $6, now())`,
    [
      newId('attempt'),
      tx.workspaceId,
      id,
      conversation.agentId,
      agent.revision,
      JSON.stringify(talks(conversation)),
    ],
  );
  await openGoalPurse(tx, id, await goalLimits(tx));
  await tx.sql('UPDATE messages SET task_id = $2, shown_attempt = NULL WHERE id = $1', [message.id, id]);
  await addFiles(tx, id, message.content.files ?? []);
  await tx.sql('UPDATE conversations SET version = version + 1, updated_at = now() WHERE id = $1', [
    conversation.id,
  ]);
  conversation.version += 1;
  const data = { title, parentId: null, runId: null };
  const stream = `task/${id}`;
  tx.emit({ stream, type: 'task.created', data }, { rootTaskId: id });
  const { agentId, reason } = talks(conversation);
  const assigned = { agentId, agentName: agent.name, attempt: 1, reason, score: 0 };
  tx.emit({ stream, type: 'task.assigned', data: assigned }, { rootTaskId: id });
  return { id, title };
}

interface Talker {
  name: string;
  role: 'chief_of_staff' | 'master_operator';
  revision: number;
  archivedAt: Date | null;
}

async function agentOf(tx: Tx, { agentId }: ConversationRow): Promise<Talker> {
  const [agent] = await tx.sql<Talker>(
    'SELECT name, role, revision, archived_at FROM agents WHERE id = $1 AND workspace_id = $2',
    [agentId, tx.workspaceId],
  );
  if (!agent) throw new Error(`The agent ${agentId} of a conversation is gone.`);
  return agent;
}

function talks({ agentId }: ConversationRow) {
  return { agentId, reason: 'The conversation is with this agent.', candidates: [], filteredOut: [] };
}

async function addFiles(tx: Tx, taskId: string, files: string[]): Promise<void> {
  if (files.length === 0) return;
  await tx.sql(
    `INSERT INTO task_files (task_id, file_id, position)
     SELECT $1, id, min(n) FROM unnest($2::text[]) WITH ORDINALITY AS f (id, n) GROUP BY id`,
    [taskId, files],
  );
}
