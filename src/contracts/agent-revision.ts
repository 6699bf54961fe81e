import * as z from 'zod';
import { AgentSpec } from './agent.ts';

export const AgentRevision = z
  .object({
    revision: z.int(),
    spec: z.object(AgentSpec.shape),
    actor: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'AgentRevision' });
export type AgentRevision = z.infer<typeof AgentRevision>;
