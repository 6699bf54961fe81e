import * as z from 'zod';
import { AgentId, MemoryId, TaskId } from './ids.ts';

/** Whom a fact is about, and so who recalls it: everybody of the workspace, one agent, or whoever works for one person. */
export const MemoryScope = z.enum(['workspace', 'agent', 'person']);
export type MemoryScope = z.infer<typeof MemoryScope>;

/** Characters of one fact. */
export const factCharacters = 2_000;

const text = z.string().trim().min(1, 'A fact needs words.').max(factCharacters);
const confidence = z.number().min(0).max(1);
const expiresAt = z.iso.datetime().nullable();

const written = {
  text,
  confidence: confidence.default(1),
  expiresAt: expiresAt.default(null).describe('Forgotten then; null = kept'),
  pinned: z
    .boolean()
    .default(false)
    .describe('Shown to the agent in every task, not only when it is recalled'),
};

/** Of one agent, under its address. */
export const CreateAgentMemory = z.strictObject(written).meta({ id: 'CreateAgentMemory' });
export type CreateAgentMemory = z.infer<typeof CreateAgentMemory>;

export const CreateMemory = z
  .strictObject({
    scope: z.enum(['workspace', 'person']).describe('`person`: of whoever asks'),
    ...written,
  })
  .meta({ id: 'CreateMemory' });
export type CreateMemory = z.infer<typeof CreateMemory>;

/** Who changes the words or pins a fact vouches for it. */
export const UpdateMemory = z
  .strictObject({
    text: text.optional(),
    confidence: confidence.optional(),
    expiresAt: expiresAt.optional(),
    pinned: z.boolean().optional(),
    confirmed: z.literal(true).optional().describe('A person says that it is true'),
  })
  .meta({ id: 'UpdateMemory' });
export type UpdateMemory = z.infer<typeof UpdateMemory>;

export const MemorySource = z.object({
  kind: z.enum(['person', 'agent']),
  id: z.string().describe('Of the person or the agent that wrote it'),
  name: z.string(),
  taskId: TaskId.nullable().describe('The task in which an agent wrote it'),
});
export type MemorySource = z.infer<typeof MemorySource>;

export const Memory = z
  .object({
    id: MemoryId,
    scope: MemoryScope,
    agentId: AgentId.nullable(),
    personId: z.string().nullable(),
    text: z.string(),
    source: MemorySource,
    confidence: z.number(),
    untrusted: z
      .boolean()
      .describe('An agent wrote it after it had read text from outside, and no person has confirmed it'),
    pinned: z.boolean(),
    expiresAt: z.iso.datetime().nullable(),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Memory' });
export type Memory = z.infer<typeof Memory>;
