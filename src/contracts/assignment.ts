import * as z from 'zod';
import { type AgentRole, AgentSpec, type Capability } from './agent.ts';
import { AgentId } from './ids.ts';

/** Parts of a score, each from 0 (bad) to 1 (good). Those that older records lack were not looked at then. */
const scoreParts = {
  fit: z.number().describe('1: exactly the level that is needed; less for an expert on a simple job'),
  load: z.number().describe('Share of its slots that are free'),
  success: z
    .number()
    .describe('Share of work that was good, older work counting less; new agents begin at 0.75'),
  cost: z.number().optional().describe('1: costs nothing; 0.5: two cents a task, or not known yet'),
  speed: z.number().optional().describe('1: at once; 0.5: half a minute a task, or not known yet'),
  exploration: z.number().optional().describe('Luck of this task, more for those of whom little is known'),
};

/** Why an agent was chosen: the best candidates with their scores (0..1), how many were left out and why. */
export const AssignmentRecord = z.object({
  agentId: AgentId.nullable(),
  reason: z.string(),
  candidates: z.array(z.object({ agentId: AgentId, name: z.string(), score: z.number(), ...scoreParts })),
  filteredOut: z.array(z.object({ reason: z.string(), count: z.int() })),
  probe: z.boolean().optional().describe('It kept failing, and this task tried whether it is well again'),
});
export type AssignmentRecord = z.infer<typeof AssignmentRecord>;

export const AssignmentView = AssignmentRecord.extend({ attempt: z.int() }).meta({ id: 'Assignment' });
export type AssignmentView = z.infer<typeof AssignmentView>;

const weight = z.number().min(0).max(100);

/** What counts how much when an agent is chosen; only their proportions matter. */
export const AssignmentWeights = z
  .strictObject({
    fit: weight,
    load: weight,
    success: weight,
    cost: weight,
    speed: weight,
    exploration: weight,
  })
  .refine((weights) => Object.values(weights).some((each) => each > 0), 'At least one has to be above 0.')
  .meta({ id: 'AssignmentWeights' });
export type AssignmentWeights = z.infer<typeof AssignmentWeights>;

export const defaultWeights: AssignmentWeights = {
  fit: 35,
  load: 20,
  success: 30,
  cost: 5,
  speed: 5,
  exploration: 5,
};

/** What nobody here has: `best` is the highest level that somebody of that role has, null when nobody has it at all. */
export const MissingCapability = z.object({
  capability: z.string(),
  level: z.int(),
  best: z.int().nullable(),
});
export type MissingCapability = z.infer<typeof MissingCapability>;

/** What a task in the queue for capacity needs. Equal needs stand in one queue. */
export interface CapacityNeed {
  role: AgentRole;
  needs: Capability[];
  tools: string[];
  /** Nobody else will do. */
  agentId: string | null;
  excluded: string[];
  /** It has begun with that agent and goes on: before new work. */
  resume: boolean;
}

/** Nobody is able: what is missing, and an agent that could do it, to be created as it is or changed. */
export const NobodyAble = z.object({
  missing: z.array(MissingCapability),
  missingTools: z.array(z.string()),
  suggestedAgent: AgentSpec.nullable().describe('A body for POST /agents; null when another step is needed'),
});
export type NobodyAble = z.infer<typeof NobodyAble>;

export const RateTask = z
  .strictObject({
    rating: z.int().min(1).max(5).describe('1 or 2: poor, counts as a failure of the agent'),
    note: z.string().trim().max(2_000).optional(),
  })
  .meta({ id: 'RateTask' });
export type RateTask = z.infer<typeof RateTask>;

const figures = {
  success: z.number().describe('0..1 with the prior of a new agent'),
  tasks: z.number().describe('How many attempts that stands on; older ones count less'),
  usd: z.number().nullable().describe('Mean of an attempt'),
  seconds: z.number().nullable().describe('Mean of an attempt'),
};

export const AgentMetrics = z
  .object({
    agentId: AgentId,
    active: z.int(),
    maxConcurrent: z.int(),
    succeeded: z.int().describe('Attempts in all, none fading'),
    failed: z.int(),
    overall: z.object(figures),
    capabilities: z.array(z.object({ name: z.string(), level: z.int(), ...figures })),
    failing: z
      .object({ since: z.iso.datetime(), inARow: z.int(), nextProbeAt: z.iso.datetime().nullable() })
      .nullable()
      .describe('While its status is error'),
  })
  .meta({ id: 'AgentMetrics' });
export type AgentMetrics = z.infer<typeof AgentMetrics>;
