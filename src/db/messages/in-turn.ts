/** Messages and model calls: the call that shows them makes them read, its answer makes them acknowledged. */
import { wantsAnswer } from '../../contracts/message.ts';
import { messageText } from '../../core/messages/words.ts';
import { hearing, mayAnswer } from '../../core/task/messages.ts';
import type { CallEffect } from '../calls/claim-facts.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { MessageRow } from '../mappings/message.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { answerMessage } from './answer.ts';
import { moveMessages } from './message-store.ts';
import { namesOf } from './names.ts';

export interface ShownMessages {
  /** What the model reads, one text each. */
  texts: string[];
  /** To be kept with the call's request. */
  ids: string[];
}

type ShowingCall = Pick<CallEffect, 'key' | 'id' | 'purpose' | 'hasMail'>;

/**
 * Shows what this attempt has not seen. At its first call that is everything the task was told before, too, and what waits in the mailbox
 * of its agent, which is in this task's record from now on. Requests wait for a call that may answer them.
 */
export async function showMessages(
  tx: Tx,
  task: TaskRow,
  { effect, first, known }: { effect: ShowingCall; first: boolean; known: { shown: boolean }[] },
): Promise<ShownMessages> {
  const opens = first && effect.hasMail && task.agentId !== null && !task.conversationId;
  if (opens) await emptyMailbox(tx, task);
  if (!opens && known.every(({ shown }) => shown)) return { texts: [], ids: [] };
  const rows = await tx.sql<MessageRow>(
    `UPDATE messages SET shown_attempt = $2, read_in = coalesce(read_in, $3)
      WHERE task_id = $1 AND state IN ('delivered', 'read', 'acknowledged') AND shown_attempt IS DISTINCT FROM $2
        AND ($4 OR to_kind = 'agent' OR answered_by IS NOT NULL OR type NOT IN ('request', 'task_delegation')) RETURNING *`,
    [task.id, task.attempt, effect.key, mayAnswer(effect.purpose)],
  );
  if (rows.length === 0) return { texts: [], ids: [] };
  rows.sort((a, b) => (a.recipient === b.recipient ? a.place - b.place : a.recipient < b.recipient ? -1 : 1));
  const ids = rows.map(({ id }) => id);
  const readIn = { key: effect.key, callId: effect.id, attempt: task.attempt };
  const unread = rows.filter(({ state }) => state === 'delivered').map(({ id }) => id);
  await moveMessages(tx, { ids: unread, to: 'read', readIn, rootTaskId: task.rootId });
  const names = await namesOf(tx, rows);
  // The request that the task was started for is its goal already.
  const shown = rows.filter((row) => !(row.toKind === 'agent' && wantsAnswer(row.type)));
  return { ids, texts: shown.map((row) => messageText({ ...row, fromName: names.from(row) })) };
}

/** Oldest first; what another task of the same agent takes at this moment is left to it. */
async function emptyMailbox(tx: Tx, task: TaskRow): Promise<void> {
  const rows = await tx.sql<{ id: string }>(
    `SELECT id FROM messages WHERE to_id = $1 AND to_kind = 'agent' AND state = 'accepted' AND task_id IS NULL AND workspace_id = $2
        AND conversation_id IS NULL AND (deadline IS NULL OR deadline > now()) ORDER BY place LIMIT 50 FOR UPDATE SKIP LOCKED`,
    [task.agentId, tx.workspaceId],
  );
  const ids = rows.map(({ id }) => id);
  await moveMessages(tx, { ids, to: 'delivered', taskId: task.id, rootTaskId: task.rootId });
}

/** The call that showed them was answered. Hearing is itself the answer to those who wrote, as soon as it calls no more tools (`goesOn`). */
export async function afterReading(
  tx: Tx,
  task: TaskRow,
  { effect, text, goesOn }: { effect: EffectRow; text: string; goesOn: boolean },
): Promise<void> {
  const ids = (effect.request as { messages?: string[] } | null)?.messages ?? [];
  if (ids.length > 0) await moveMessages(tx, { ids, to: 'acknowledged', rootTaskId: task.rootId });
  if (effect.purpose !== hearing || goesOn) return;
  const from = { kind: 'agent' as const, id: task.agentId ?? 'system', taskId: task.id };
  for (const row of await loadUnanswered(tx, task))
    if (row.fromKind === 'person' || wantsAnswer(row.type))
      await answerMessage(tx, row, { from, type: 'reply', content: { text: text.trim() || 'Noted.' } });
}

/** Of those that calls of hearing have shown in this attempt. */
function loadUnanswered(tx: Tx, { id, attempt }: TaskRow): Promise<MessageRow[]> {
  return tx.sql<MessageRow>(
    `SELECT m.* FROM messages m
      WHERE m.answered_by IS NULL AND m.state = 'acknowledged' AND m.workspace_id = $4 AND m.id IN
        (SELECT jsonb_array_elements_text(e.request->'messages') FROM effects e WHERE e.task_id = $1 AND e.attempt = $2 AND e.purpose = $3)
      ORDER BY m.place, m.id`,
    [id, attempt, hearing, tx.workspaceId],
  );
}
