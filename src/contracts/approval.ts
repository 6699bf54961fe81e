import * as z from 'zod';
import { AgentId, ApprovalId, ApprovalRuleId, RunId, TaskId } from './ids.ts';
import { ApprovalStatus } from './status.ts';
import { Risk } from './tool-card.ts';

/** `step`: an approval step of a run. `tool`: a tool call. `uncertain`: nobody knows whether a tool call has happened. */
export const ApprovalKind = z.enum(['step', 'tool', 'uncertain']);
export type ApprovalKind = z.infer<typeof ApprovalKind>;

const note = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .optional()
  .describe('What the agent or the workflow, and other people, are told');

export const DecideApproval = z.strictObject({ note }).meta({ id: 'DecideApproval' });
export type DecideApproval = z.infer<typeof DecideApproval>;

export const Approve = z
  .strictObject({
    note,
    arguments: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Of a tool call: run it with these instead. The agent is told.'),
  })
  .meta({ id: 'Approve' });
export type Approve = z.infer<typeof Approve>;

export const SayHappened = z
  .strictObject({ happened: z.boolean(), note })
  .meta({ id: 'SayHappened', description: 'What became of a tool call of which it is not known' });
export type SayHappened = z.infer<typeof SayHappened>;

const args = z.record(z.string(), z.unknown()).nullable();

export const Approval = z
  .object({
    id: ApprovalId,
    kind: ApprovalKind,
    runId: RunId.nullable(),
    runName: z.string().nullable(),
    stepKey: z.string().nullable(),
    rootTaskId: TaskId.nullable().describe(
      'The task tree that it belongs to; null for a run that a person started',
    ),
    taskId: TaskId.nullable().describe('Whose tool call it is'),
    taskTitle: z.string().nullable(),
    agentId: AgentId.nullable().describe('Who wants to make the call'),
    agentName: z.string().nullable(),
    tool: z.string().nullable(),
    risk: Risk.nullable(),
    destination: z.string().nullable().describe('The host that the arguments go to'),
    arguments: args.describe('Exactly what is asked'),
    editedArguments: args.describe('What a person made of it before agreeing'),
    title: z.string(),
    details: z.string().nullable(),
    why: z.string().nullable().describe('Why people are asked'),
    ruleIds: z.array(ApprovalRuleId),
    status: ApprovalStatus,
    hash: z
      .string()
      .describe(
        'SHA-256 of exactly what is asked: run, version of the workflow, step, title and details; or call, tool, destination and arguments',
      ),
    editedHash: z.string().nullable(),
    requestedAt: z.iso.datetime(),
    requestedBy: z.string().describe('The agent, or who started the run'),
    startedBy: z.string().nullable().describe('Who gave the goal or started the run that asks'),
    fourEyes: z.boolean().describe('Two people agree, neither of whom gave the goal'),
    consents: z
      .array(z.object({ by: z.string(), at: z.iso.datetime() }))
      .describe('Who has agreed so far to what would be run'),
    decidedAt: z.iso.datetime().nullable(),
    decidedBy: z.string().nullable(),
    note: z.string().nullable().describe('Of whoever decided, or why it expired'),
    happened: z.boolean().nullable().describe('Of an uncertain call: what a person said'),
    remindAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable().describe('Counts as denied then'),
    spentAt: z.iso.datetime().nullable().describe('When the run, or the call, went on because of it'),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof Approval>;
