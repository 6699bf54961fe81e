import { messageTypes } from '../../contracts/message.ts';
import { MessageState } from '../../contracts/status.ts';
import type { ListFields } from '../list-page.ts';
import type { MessageRow } from '../mappings/message.ts';
import type { Tx } from '../record.ts';
import { closedStates } from './closed-states.ts';

export interface ListedMessage extends MessageRow {
  fromName: string | null;
  toName: string | null;
  open: boolean;
}

/** Somebody waits for an answer to it. */
const open = `(t.type IN ('request', 'task_delegation') AND t.answered_by IS NULL AND t.state NOT IN ${closedStates})`;
const nameOf = (kind: string, id: string) => `CASE ${kind}
  WHEN 'agent' THEN (SELECT a.name FROM agents a WHERE a.id = ${id}) WHEN 'person' THEN (SELECT p.name FROM principals p WHERE p.id = ${id})
  WHEN 'task' THEN (SELECT k.title FROM tasks k WHERE k.id = ${id}) ELSE (SELECT r.name FROM runs r WHERE r.id = ${id}) END`;

export const messageList = {
  from: 'messages t',
  columns: `t.*, ${open} AS open, ${nameOf('t.from_kind', 't.from_id')} AS from_name, ${nameOf('t.to_kind', 't.to_id')} AS to_name`,
  fields: {
    state: { sql: 't.state', type: 'text', values: MessageState.options },
    type: { sql: 't.type', type: 'text', values: messageTypes },
    open: { sql: open, type: 'bool' },
    'from.kind': { sql: 't.from_kind', type: 'text', values: ['agent', 'person', 'run'], orderable: false },
    'from.id': { sql: 't.from_id', type: 'text', orderable: false },
    'to.kind': {
      sql: 't.to_kind',
      type: 'text',
      values: ['agent', 'task', 'person', 'run'],
      orderable: false,
    },
    'to.id': { sql: 't.to_id', type: 'text', orderable: false },
    taskId: { sql: 't.task_id', type: 'text', orderable: false },
    fromTaskId: { sql: 't.from_task_id', type: 'text', orderable: false },
    runId: { sql: 't.run_id', type: 'text', orderable: false },
    conversationId: { sql: 't.conversation_id', type: 'text', orderable: false },
    correlationId: { sql: 't.correlation_id', type: 'text', orderable: false },
    replyTo: { sql: 't.reply_to', type: 'text', orderable: false },
    place: { sql: 't.place', type: 'number' },
    hops: { sql: 't.hops', type: 'number' },
    acceptedAt: { sql: 't.accepted_at', type: 'time' },
    deadline: { sql: 't.deadline', type: 'time', orderable: false },
  },
} satisfies ListFields;

/** Everything that a task was told and everything that its agent wrote; `$1` is the task. */
export const ofTask = '(t.task_id = $1 OR t.from_task_id = $1)';
/** `$1` is the recipient. */
export const inMailbox = 't.recipient = $1';

export async function readMessages(tx: Tx, ids: readonly string[]): Promise<ListedMessage[]> {
  if (ids.length === 0) return [];
  return tx.sql<ListedMessage>(
    `SELECT ${messageList.columns} FROM messages t WHERE t.id = ANY ($1) AND t.workspace_id = $2`,
    [ids, tx.workspaceId],
  );
}

export async function readMessage(tx: Tx, id: string): Promise<ListedMessage | null> {
  const [row] = await readMessages(tx, [id]);
  return row ?? null;
}
