/**
 * Messages in the record.
 *
 * 1. A message is accepted by one row, one event and one wish to wake; its place in the recipient's mailbox is counted under the mailbox's
 *    lock, so that places are in the order of commits.
 * 2. Every change of state passes `moveMessages`, which holds to the table of transitions and writes the event.
 */
import { messageTransitions, type MessageState } from '../../contracts/status.ts';
import type { MessageRow } from '../mappings/message.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';

type Told = Pick<MessageRow, 'recipient' | 'fromKind' | 'fromId' | 'toKind' | 'toId' | 'type' | 'content'>;

/** As it is written: its place and its times come with the row. */
export type WrittenMessage = Told & typeof untold & Pick<MessageRow, 'id' | 'correlationId'>;

export type NewMessage = Told &
  Partial<WrittenMessage> & {
    /** The task tree that the event belongs to. */
    rootTaskId?: string | null;
  };

const untold: Pick<
  MessageRow,
  | 'fromTaskId'
  | 'taskId'
  | 'conversationId'
  | 'runId'
  | 'stepKey'
  | 'replyTo'
  | 'priority'
  | 'deadline'
  | 'hops'
  | 'state'
  | 'toolKey'
> = {
  fromTaskId: null,
  taskId: null,
  conversationId: null,
  runId: null,
  stepKey: null,
  replyTo: null,
  priority: 1,
  deadline: null,
  hops: 0,
  state: 'accepted',
  toolKey: null,
};

/** Goes out with the next statement: whoever sends nothing else needs no word with PostgreSQL but the one that commits. */
export function insertMessage(tx: Tx, { rootTaskId = null, ...given }: NewMessage): WrittenMessage {
  const id = given.id ?? newId('message');
  const row = { ...untold, correlationId: id, ...given, id };
  tx.write(insert, [
    tx.workspaceId,
    id,
    row.recipient,
    row.fromKind,
    row.fromId,
    row.fromTaskId,
    row.toKind,
    row.toId,
    row.taskId,
    row.conversationId,
    row.runId,
    row.stepKey,
    row.type,
    row.correlationId,
    row.replyTo,
    JSON.stringify(row.content),
    row.priority,
    row.deadline,
    row.hops,
    row.state,
    row.toolKey,
  ]);
  const { replyTo, deadline, state } = row;
  const stream = streamOf(row);
  const data = { ...aboutMessage(row), replyTo, deadline: deadline?.toISOString() ?? null };
  const place = placeOf(stream, rootTaskId);
  tx.emit({ stream, type: 'message.accepted', data }, place);
  if (state === 'delivered')
    tx.emit({ stream, type: 'message.delivered', data: { ...aboutMessage(row), taskId: row.taskId } }, place);
  if (deadline)
    tx.wake({
      target: `message/${id}`,
      label: 'Deadline of a message',
      rootTaskId,
      afterMs: Math.max(1, Math.min(deadline.getTime() - Date.now(), longestWaitMs)),
    });
  return row;
}

/** The outbox counts milliseconds in 32 bits; a later deadline is looked at again then. */
export const longestWaitMs = 2_000_000_000;

const insert = `
  WITH box AS (
    INSERT INTO mailboxes AS b (recipient, workspace_id, last_place) VALUES ($3, $1, 1)
    ON CONFLICT (recipient) DO UPDATE SET last_place = b.last_place + 1 RETURNING last_place
  )
  INSERT INTO messages (workspace_id, id, recipient, place, from_kind, from_id, from_task_id, to_kind, to_id, task_id, conversation_id,
    run_id, step_key, type, correlation_id, reply_to, content, priority, deadline, hops, state, tool_key, delivered_at)
  SELECT $1, $2, $3, box.last_place, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20::text, $21,
    CASE WHEN $20::text = 'delivered' THEN now() END FROM box`;

/** Where its events lie: with its recipient; a person has no stream, so they lie with whoever asks. */
export function streamOf(
  row: Pick<MessageRow, 'recipient' | 'toKind' | 'fromTaskId' | 'runId' | 'conversationId'>,
): string {
  if (row.conversationId) return `conversation/${row.conversationId}`;
  if (row.toKind !== 'person') return row.recipient;
  return row.fromTaskId ? `task/${row.fromTaskId}` : `run/${row.runId}`;
}

/** The streams of agents and conversations belong to no one task tree. */
function placeOf(stream: string, rootTaskId: string | null) {
  return { rootTaskId: /^(task|run)\//.test(stream) ? rootTaskId : null };
}

function aboutMessage(row: WrittenMessage) {
  return {
    messageId: row.id,
    type: row.type,
    from: `${row.fromKind}/${row.fromId}`,
    to: `${row.toKind}/${row.toId ?? 'any'}`,
    correlationId: row.correlationId,
  };
}

/** From where a state can be reached. */
function before(state: MessageState): MessageState[] {
  const all = Object.entries(messageTransitions) as [MessageState, readonly MessageState[]][];
  return all.flatMap(([from, next]) => (next.includes(state) ? [from] : []));
}

export interface MessageMove {
  ids: readonly string[];
  to: Exclude<MessageState, 'accepted'>;
  rootTaskId?: string | null;
  /** In whose record it lies from now on. */
  taskId?: string;
  /** Key of the model call that shows it, and its id. */
  readIn?: { key: string; callId: string; attempt: number };
  /** Why it expired or was withdrawn. */
  reason?: string;
  actor?: string;
}

/** A state that is passed has a time, too; the first one stays. What expires does so after its deadline, when its transaction may have begun before. */
function keeps(state: MessageState, passed: boolean, time = 'now()'): string {
  return passed ? `coalesce(m.${state}_at, ${time})` : `m.${state}_at`;
}

/** @returns those that moved: what is there already, or can no longer go there, stays */
export async function moveMessages(tx: Tx, move: MessageMove): Promise<MessageRow[]> {
  if (move.ids.length === 0) return [];
  const { ids, to, taskId = null, readIn, reason = null, rootTaskId = null, actor } = move;
  const rows = await tx.sql<MessageRow>(
    `WITH old AS (SELECT id FROM messages WHERE id = ANY ($1) AND workspace_id = $2 AND state = ANY ($3) ORDER BY id FOR NO KEY UPDATE)
     UPDATE messages m SET state = $4, task_id = coalesce($5, m.task_id), read_in = coalesce(m.read_in, $6),
       shown_attempt = coalesce($7, m.shown_attempt), reason = coalesce($8, m.reason),
       delivered_at = ${keeps('delivered', to !== 'expired' && to !== 'withdrawn')}, read_at = ${keeps('read', to === 'read' || to === 'acknowledged')},
       acknowledged_at = ${keeps('acknowledged', to === 'acknowledged')}, expired_at = ${keeps('expired', to === 'expired', 'clock_timestamp()')},
       withdrawn_at = ${keeps('withdrawn', to === 'withdrawn')}
     FROM old WHERE m.id = old.id RETURNING m.*`,
    [ids, tx.workspaceId, before(to), to, taskId, readIn?.key ?? null, readIn?.attempt ?? null, reason],
  );
  rows.sort((a, b) => a.place - b.place);
  for (const row of rows) {
    const stream = streamOf(row);
    const place = { ...placeOf(stream, rootTaskId), ...(actor ? { actor } : {}) };
    const about = aboutMessage(row);
    if (to === 'delivered')
      tx.emit({ stream, type: 'message.delivered', data: { ...about, taskId: row.taskId } }, place);
    else if (to === 'read')
      tx.emit({ stream, type: 'message.read', data: { ...about, callId: readIn?.callId ?? null } }, place);
    else if (to === 'acknowledged') tx.emit({ stream, type: 'message.acknowledged', data: about }, place);
    else tx.emit({ stream, type: `message.${to}`, data: { ...about, reason: row.reason ?? '' } }, place);
  }
  return rows;
}

export async function loadMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  const [row] = await tx.sql<MessageRow>('SELECT * FROM messages WHERE id = $1 AND workspace_id = $2', [
    id,
    tx.workspaceId,
  ]);
  return row ?? null;
}

/** A statement of its own, so that what is read is what the last answer left. */
export async function lockMessage(tx: Tx, id: string): Promise<MessageRow | null> {
  const [row] = await tx.sql<MessageRow>(
    'SELECT * FROM messages WHERE id = $1 AND workspace_id = $2 FOR NO KEY UPDATE',
    [id, tx.workspaceId],
  );
  return row ?? null;
}
