import { EntitySchema } from 'typeorm';
import type { MessageContent, MessageType } from '../../contracts/message.ts';
import type { MessageState } from '../../contracts/status.ts';

export interface MessageRow {
  id: string;
  workspaceId: string;
  /** Whose mailbox it lies in: `task/{id}`, `agent/{id}`, `person/{id}`, `conversation/{id}`. */
  recipient: string;
  /** Gapless within the mailbox, from 1. */
  place: number;
  fromKind: 'agent' | 'person' | 'run';
  fromId: string;
  /** The task whose agent wrote it. */
  fromTaskId: string | null;
  toKind: 'agent' | 'task' | 'person' | 'run';
  /** Null: whoever in the workspace may answer. */
  toId: string | null;
  /** The task in whose record it lies. */
  taskId: string | null;
  conversationId: string | null;
  /** The run and step that wait for its answer. */
  runId: string | null;
  stepKey: string | null;
  type: MessageType;
  correlationId: string;
  replyTo: string | null;
  answeredBy: string | null;
  content: MessageContent;
  priority: number;
  deadline: Date | null;
  hops: number;
  state: MessageState;
  /** Why it expired or was withdrawn. */
  reason: string | null;
  /** The tool call of the sender that waits for its answer. */
  toolKey: string | null;
  /** The last attempt of its task that saw it. */
  shownAttempt: number | null;
  /** Key of the model call that showed it first. */
  readIn: string | null;
  acceptedAt: Date;
  deliveredAt: Date | null;
  readAt: Date | null;
  acknowledgedAt: Date | null;
  expiredAt: Date | null;
  withdrawnAt: Date | null;
}

const text = { type: 'text' } as const;
const maybe = { type: 'text', nullable: true } as const;
const time = { type: 'timestamptz', nullable: true } as const;

export const MessageMapping = new EntitySchema<MessageRow>({
  name: 'Message',
  tableName: 'messages',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: text,
    recipient: text,
    place: { type: 'integer' },
    fromKind: text,
    fromId: text,
    fromTaskId: maybe,
    toKind: text,
    toId: maybe,
    taskId: maybe,
    conversationId: maybe,
    runId: maybe,
    stepKey: maybe,
    type: text,
    correlationId: text,
    replyTo: maybe,
    answeredBy: maybe,
    content: { type: 'jsonb' },
    priority: { type: 'integer', default: 1 },
    deadline: time,
    hops: { type: 'integer', default: 0 },
    state: text,
    reason: maybe,
    toolKey: maybe,
    shownAttempt: { type: 'integer', nullable: true },
    readIn: maybe,
    acceptedAt: { type: 'timestamptz', default: () => 'now()' },
    deliveredAt: time,
    readAt: time,
    acknowledgedAt: time,
    expiredAt: time,
    withdrawnAt: time,
  },
  indices: [
    { name: 'messages_workspace', columns: ['workspaceId', 'id'] },
    { name: 'messages_recipient', columns: ['recipient', 'place'], unique: true },
    { name: 'messages_task', columns: ['taskId'] },
    { name: 'messages_sender', columns: ['fromTaskId'] },
    { name: 'messages_correlation', columns: ['correlationId'] },
    { name: 'messages_step', columns: ['runId', 'stepKey'], where: 'run_id IS NOT NULL' },
    { name: 'messages_conversation', columns: ['conversationId', 'place'] },
    {
      name: 'messages_unanswered',
      columns: ['conversationId'],
      where: `from_kind = 'person' AND answered_by IS NULL AND state <> 'expired'`,
    },
    {
      name: 'messages_mailbox',
      columns: ['toId'],
      where: `state = 'accepted' AND to_kind = 'agent' AND task_id IS NULL`,
    },
  ],
  foreignKeys: [
    { target: 'Task', columnNames: ['taskId'], referencedColumnNames: ['id'] },
    { target: 'Conversation', columnNames: ['conversationId'], referencedColumnNames: ['id'] },
    { target: 'Run', columnNames: ['runId'], referencedColumnNames: ['id'] },
    { target: 'Message', columnNames: ['replyTo'], referencedColumnNames: ['id'] },
  ],
});
