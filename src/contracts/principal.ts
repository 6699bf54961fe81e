import * as z from 'zod';
import { AgentId, KeyId, idSchema } from './ids.ts';

export const Role = z
  .enum(['owner', 'operator', 'viewer'])
  .describe('operators run and decide, viewers look');
export type Role = z.infer<typeof Role>;

/** The one-time token of a sign-in link. */
export const SignIn = z.strictObject({ token: z.string().min(1).max(200) }).meta({ id: 'SignIn' });
export type SignIn = z.infer<typeof SignIn>;

export const Session = z
  .object({
    principal: z.object({ id: idSchema('principal'), name: z.string() }),
    role: Role,
    workspace: z.object({ id: idSchema('workspace'), name: z.string() }),
    csrf: z
      .string()
      .nullable()
      .describe(
        'Goes into the header X-CSRF-Token of every unsafe request of a browser session; null for API keys',
      ),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const CreateKey = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    role: Role.optional().describe('Default: that of whoever makes it. Not above it.'),
    agentId: AgentId.optional().describe('The key acts for this agent: it never decides approvals'),
  })
  .meta({ id: 'CreateKey' });
export type CreateKey = z.infer<typeof CreateKey>;

const key = {
  id: KeyId,
  name: z.string(),
  role: Role,
  agentId: AgentId.nullable(),
  last4: z.string(),
  createdAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
};
export const Key = z.object(key).meta({ id: 'Key' });
export type Key = z.infer<typeof Key>;

export const CreatedKey = z
  .object({ ...key, secret: z.string().nullable().describe('Shown once; null when an answer is replayed') })
  .meta({ id: 'CreatedKey' });
export type CreatedKey = z.infer<typeof CreatedKey>;
