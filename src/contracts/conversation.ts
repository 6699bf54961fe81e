import * as z from 'zod';
import { AgentId, ConversationId, FileId, MessageId, TaskId } from './ids.ts';
import { Message } from './message.ts';
import { AgentRef } from './task.ts';
import { TemporalLink } from './waiting.ts';

const title = z.string().trim().min(1).max(200);
const said = z.strictObject({
  text: z.string().trim().min(1, 'Say something.').max(50_000),
  files: z.array(FileId).max(100).optional(),
});

export const CreateConversation = z
  .strictObject({
    agentId: AgentId.optional().describe('May be left out with `taskId`: then it is the agent of that task'),
    taskId: TaskId.optional().describe('The task that it is about: each reply is given its present state'),
    title: title.optional(),
    message: said.optional().describe('The first message, answered at once'),
  })
  .meta({ id: 'CreateConversation' });
export type CreateConversation = z.infer<typeof CreateConversation>;

export const UpdateConversation = z.strictObject({ title }).meta({ id: 'UpdateConversation' });
export type UpdateConversation = z.infer<typeof UpdateConversation>;

export const SayInConversation = z.strictObject({ content: said }).meta({ id: 'SayInConversation' });
export type SayInConversation = z.infer<typeof SayInConversation>;

export const Conversation = z
  .object({
    id: ConversationId,
    agent: AgentRef,
    taskId: TaskId.nullable(),
    title: z.string(),
    branchedFrom: ConversationId.nullable(),
    answering: z
      .object({ taskId: TaskId, messageId: MessageId.nullable() })
      .nullable()
      .describe('The reply that is being written: a task of the agent, with its own ledger and transcript'),
    unanswered: z.int(),
    messages: z.int(),
    lastMessage: Message.nullable(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    archivedAt: z.iso.datetime().nullable(),
    temporal: TemporalLink,
  })
  .meta({ id: 'Conversation' });
export type Conversation = z.infer<typeof Conversation>;
