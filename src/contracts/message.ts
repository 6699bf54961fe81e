import * as z from 'zod';
import { AgentId, ApprovalId, ConversationId, FileId, MessageId, RunId, TaskId } from './ids.ts';
import { MessageState } from './status.ts';
import { Priority } from './task.ts';

/** `request` and `task_delegation` want an answer; the two inquiries get theirs from the registry at once. */
export const messageTypes = [
  'request',
  'reply',
  'inform',
  'task_delegation',
  'status_update',
  'capability_inquiry',
  'capability_response',
  'error',
] as const;
export const MessageType = z.enum(messageTypes);
export type MessageType = z.infer<typeof MessageType>;

const asking = new Set<MessageType>(['request', 'task_delegation']);
/** Whether somebody waits for an answer to it. */
export function wantsAnswer(type: MessageType): boolean {
  return asking.has(type);
}

/** Who wrote it or whom it is for. A person without an id is whoever in the workspace may answer. */
export const Party = z
  .object({
    kind: z.enum(['agent', 'task', 'person', 'run']),
    id: z.string().nullable(),
    name: z.string().nullable(),
  })
  .meta({ id: 'Party' });
export type Party = z.infer<typeof Party>;

const text = z.string().trim().min(1, 'Say something.').max(50_000);

export const MessageContent = z
  .object({
    text: z.string(),
    data: z.unknown().optional(),
    files: z.array(FileId).optional(),
  })
  .meta({ id: 'MessageContent' });
export type MessageContent = z.infer<typeof MessageContent>;

const NewContent = z.strictObject({
  text,
  data: z.json().optional().describe('For programs'),
  files: z.array(FileId).max(100).optional(),
});

const Recipient = z.union([
  z.strictObject({ kind: z.literal('agent'), id: AgentId }),
  z.strictObject({ kind: z.literal('task'), id: TaskId }),
]);

/** What a person can send. Capability responses and errors are the product's own. */
const sent = z.enum(['request', 'reply', 'inform', 'task_delegation', 'status_update', 'capability_inquiry']);

const common = {
  content: NewContent,
  priority: Priority.default('medium'),
  deadline: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('A request that is not answered, and another message that is not read by then, expires'),
};

export const SendMessage = z
  .strictObject({
    to: Recipient.optional().describe('May be left out with `replyTo`: then it is whoever asked'),
    type: sent
      .optional()
      .describe('Default: `reply` with `replyTo`, else `request` to an agent, `inform` to a task'),
    replyTo: MessageId.optional().describe('The message that this answers'),
    ...common,
  })
  .meta({ id: 'SendMessage' });
export type SendMessage = z.infer<typeof SendMessage>;

export const SendToTask = z
  .strictObject({
    type: z.enum(['request', 'reply', 'inform', 'status_update']).optional(),
    replyTo: MessageId.optional().describe('The question of this task that this answers'),
    decision: z
      .strictObject({
        approvalId: ApprovalId,
        verdict: z.enum(['approve', 'deny']),
        arguments: z.record(z.string(), z.unknown()).optional(),
      })
      .optional()
      .describe('Of an approval that this task, or one below it, waits for; the text is its note'),
    ...common,
  })
  .meta({ id: 'SendToTask' });
export type SendToTask = z.infer<typeof SendToTask>;

export const WithdrawMessage = z
  .strictObject({ reason: z.string().trim().min(1).max(1000).default('Withdrawn by a person.') })
  .meta({ id: 'WithdrawMessage' });

export const Message = z
  .object({
    id: MessageId,
    place: z.int().describe('Its place among everything that its recipient got, from 1'),
    from: Party,
    to: Party,
    type: MessageType,
    correlationId: MessageId.describe('The first message of the exchange that it belongs to'),
    replyTo: MessageId.nullable(),
    content: MessageContent,
    priority: Priority,
    deadline: z.iso.datetime().nullable(),
    hops: z.int().describe('How many agents’ messages led to it; a person’s has 0'),
    state: MessageState,
    reason: z.string().nullable().describe('Why it expired or was withdrawn'),
    taskId: TaskId.nullable().describe(
      'The task in whose record it lies: the recipient, the task that was started for it, or the agent’s next one',
    ),
    fromTaskId: TaskId.nullable().describe('The task whose agent wrote it'),
    runId: RunId.nullable().describe('The run whose step waits for an answer to it'),
    conversationId: ConversationId.nullable(),
    answeredBy: MessageId.nullable(),
    open: z.boolean().describe('True while somebody waits for an answer to it'),
    acceptedAt: z.iso.datetime(),
    deliveredAt: z.iso.datetime().nullable(),
    readAt: z.iso.datetime().nullable(),
    acknowledgedAt: z.iso.datetime().nullable(),
    expiredAt: z.iso.datetime().nullable(),
    withdrawnAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

/** What the registry answers to an inquiry. */
export const CapabilityAnswer = z.object({
  agentId: AgentId,
  name: z.string(),
  role: z.string(),
  status: z.string(),
  capabilities: z.array(z.object({ name: z.string(), level: z.int() })),
  active: z.int(),
  maxConcurrent: z.int(),
  waiting: z.int().describe('Tasks that wait for a free slot with it'),
});
export type CapabilityAnswer = z.infer<typeof CapabilityAnswer>;
