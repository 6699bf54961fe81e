import * as z from 'zod';
import { RunId, WorkflowId } from './ids.ts';
import { WorkflowDefinition } from './workflow.ts';

/**
 * Plans of a Chief of Staff's task. Every proposal is kept, with what became of it; the run of the task carries out the accepted one with
 * the highest number.
 */
export const PlanOrigin = z.enum(['model', 'template', 'person']);
export type PlanOrigin = z.infer<typeof PlanOrigin>;

/** `first`: before anything runs. `revision`: a new rest, because a step failed or something new was heard. `correction`: the same steps, some done again. */
export const PlanKind = z.enum(['first', 'revision', 'correction']);
export type PlanKind = z.infer<typeof PlanKind>;

/** `withdrawn`: the Chief of Staff took it back while it waited for a person. `wanted`: the Chief of Staff asks for a new rest, and says why. `declined`: a new plan was asked for and there is none. */
export const PlanStatus = z.enum(['proposed', 'accepted', 'rejected', 'withdrawn', 'declined', 'wanted']);
export type PlanStatus = z.infer<typeof PlanStatus>;

/** Whether a person must accept a plan before it is carried out. */
export const PlanAcceptance = z.enum(['auto', 'person']);
export type PlanAcceptance = z.infer<typeof PlanAcceptance>;

/** Step ids. */
export const PlanChanges = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  kept: z.array(z.string()),
});
export type PlanChanges = z.infer<typeof PlanChanges>;

/** A step to be done again, and what was wrong. */
export const PlanCorrection = z.object({ step: z.string(), note: z.string() });
export type PlanCorrection = z.infer<typeof PlanCorrection>;

export const PlanProposal = z
  .object({
    n: z.int(),
    kind: PlanKind,
    status: PlanStatus,
    origin: PlanOrigin,
    reason: z.string(),
    workflowId: WorkflowId.nullable(),
    version: z.int().nullable(),
    changes: PlanChanges.nullable().describe('Of a revision: what became of the steps'),
    corrections: z.array(PlanCorrection).nullable(),
    decidedBy: z.string().nullable(),
    note: z.string().nullable().describe('What was said by who accepted or rejected it, or took it back'),
    edited: z.boolean().describe('By whoever accepted it: it is not carried out as it was proposed'),
    createdAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'PlanProposal' });
export type PlanProposal = z.infer<typeof PlanProposal>;

/** The plan of a Chief of Staff's task: a workflow and, as soon as it is carried out, its run. */
export const PlanView = z
  .object({
    n: z.int().describe('Of the plans of the task'),
    origin: PlanOrigin,
    status: PlanStatus,
    reason: z.string(),
    runId: RunId.nullable().describe('Null while nobody has accepted it'),
    workflowId: WorkflowId,
    version: z.int(),
    definition: WorkflowDefinition,
    history: z.array(PlanProposal).describe('Everything that was proposed, the oldest first'),
  })
  .meta({ id: 'Plan' });
export type PlanView = z.infer<typeof PlanView>;

const seen = z
  .int()
  .min(1)
  .optional()
  .describe('The plan that you have seen: where another one waits by now, it answers 412');

export const AcceptPlan = z
  .strictObject({
    n: seen,
    definition: z.unknown().optional().describe('The plan as edited; without it, as proposed'),
    note: z.string().trim().max(2_000).optional(),
  })
  .meta({ id: 'AcceptPlan' });
export type AcceptPlan = z.infer<typeof AcceptPlan>;

export const RejectPlan = z
  .strictObject({ n: seen, reason: z.string().trim().min(1, 'Say what is wrong with it.').max(5_000) })
  .meta({ id: 'RejectPlan' });
export type RejectPlan = z.infer<typeof RejectPlan>;
