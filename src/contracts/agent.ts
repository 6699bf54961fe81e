import * as z from 'zod';
import { RuleTerms } from './approval-rule.ts';
import { AgentId } from './ids.ts';

export const AgentRole = z.enum(['chief_of_staff', 'master_operator']);
export type AgentRole = z.infer<typeof AgentRole>;

export const Capability = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .regex(/^[a-z][a-z0-9_-]*$/, 'Lower-case letters, digits, - and _, beginning with a letter.'),
  level: z.int().min(1).max(5).describe('1 beginner … 5 expert'),
});
export type Capability = z.infer<typeof Capability>;

export const CapabilityNeed = Capability;
export type CapabilityNeed = Capability;

export const ModelPolicy = z.strictObject({
  preferred: z.array(z.string().max(100)).max(20).default([]).describe('Model ids, best first'),
  allowed: z
    .array(z.string().max(100))
    .max(50)
    .nullable()
    .default(null)
    .describe('Only these; null = any configured'),
  temperature: z.number().min(0).max(2).nullable().default(null),
  maxOutputTokens: z.int().min(16).max(200_000).default(4_096),
  maxUsdPerCall: z
    .number()
    .positive()
    .max(10_000)
    .nullable()
    .default(null)
    .describe('A model whose call may cost more is not asked; US dollars'),
  maxSeconds: z
    .number()
    .positive()
    .max(3_600)
    .nullable()
    .default(null)
    .describe('Models whose calls mostly take longer come after the others'),
});
export type ModelPolicy = z.infer<typeof ModelPolicy>;

export const AgentLimits = z.strictObject({
  maxConcurrent: z.int().min(1).max(1_000).default(4).describe('Tasks at work at the same time'),
  maxTurns: z.int().min(1).max(1_000).default(30).describe('Model turns in one attempt'),
  maxDepth: z.int().min(0).max(10).default(3).describe('How deep it may delegate'),
  maxMinutes: z
    .int()
    .min(1)
    .max(43_200)
    .default(240)
    .describe('Time of one attempt; while it waits for somebody, the clock stands still'),
  maxChildren: z
    .int()
    .min(1)
    .max(1_000)
    .default(50)
    .describe('Tasks that it may delegate within one task; steps of a plan that it writes'),
});
export type AgentLimits = z.infer<typeof AgentLimits>;

const AgentRule = RuleTerms.extend({ name: z.string().trim().min(1).max(120) });

const text = {
  name: z.string().trim().min(1).max(80),
  instructions: z.string().max(20_000),
  capabilities: z.array(Capability).max(50),
  tools: z.array(z.string().max(100)).max(100),
  approvalRules: z
    .array(AgentRule)
    .max(20)
    .describe('For this agent alone, beside those of the workspace; they cannot make those milder'),
};

/** What a person writes about an agent; each change makes a revision. */
export const AgentSpec = z.strictObject({
  name: text.name,
  role: AgentRole,
  instructions: text.instructions.default(''),
  capabilities: text.capabilities.default([]),
  modelPolicy: ModelPolicy.prefault({}),
  tools: text.tools.default(['search_files', 'read_file']),
  approvalRules: text.approvalRules.default([]),
  limits: AgentLimits.prefault({}),
});
export type AgentSpec = z.infer<typeof AgentSpec>;

export const CreateAgent = AgentSpec.meta({ id: 'CreateAgent' });

type Defaults = Record<string, z.ZodDefault<z.core.SomeType>>;
type Unwrapped<Shape extends Defaults> = {
  [Key in keyof Shape]: z.ZodOptional<Shape[Key]['def']['innerType']>;
};

/** For changes of a part: what is not named stays, where a default would take its place. */
function someOf<Shape extends Defaults>({
  shape,
}: {
  shape: Shape;
}): z.ZodObject<Unwrapped<Shape>, z.core.$strict> {
  const own = Object.entries(shape).map(([key, field]) => {
    const bare = z.optional(field.def.innerType);
    return [key, field.description ? bare.describe(field.description) : bare];
  });
  return z.strictObject(Object.fromEntries(own) as Unwrapped<Shape>);
}

/** Lists are replaced as a whole; of `modelPolicy` and `limits` what is not named stays too. */
export const UpdateAgent = z
  .strictObject({
    name: text.name.optional(),
    instructions: text.instructions.optional(),
    capabilities: text.capabilities.optional(),
    modelPolicy: someOf(ModelPolicy).optional(),
    tools: text.tools.optional(),
    approvalRules: text.approvalRules.optional(),
    limits: someOf(AgentLimits).optional(),
  })
  .meta({ id: 'UpdateAgent' });
export type UpdateAgent = z.infer<typeof UpdateAgent>;

/** Follows from facts: paused or archived → offline; no free slot → busy; work in hand → active; recent failures → error. */
export const AgentStatus = z.enum(['offline', 'idle', 'active', 'busy', 'error']);
export type AgentStatus = z.infer<typeof AgentStatus>;

export const Agent = z
  .object({
    id: AgentId,
    ...AgentSpec.shape,
    revision: z.int(),
    status: AgentStatus,
    active: z.int().describe('Tasks at work now'),
    archivedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Agent' });
export type Agent = z.infer<typeof Agent>;
