import * as z from 'zod';
import { AgentId } from './ids.ts';

/** Why an agent was chosen: the best candidates with their scores (0..1), how many were left out and why. */
export const AssignmentRecord = z.object({
  agentId: AgentId.nullable(),
  reason: z.string(),
  candidates: z.array(
    z.object({
      agentId: AgentId,
      name: z.string(),
      score: z.number(),
      fit: z.number(),
      load: z.number(),
      success: z.number(),
    }),
  ),
  filteredOut: z.array(z.object({ reason: z.string(), count: z.int() })),
});
export type AssignmentRecord = z.infer<typeof AssignmentRecord>;

export const AssignmentView = AssignmentRecord.extend({ attempt: z.int() }).meta({ id: 'Assignment' });
export type AssignmentView = z.infer<typeof AssignmentView>;
