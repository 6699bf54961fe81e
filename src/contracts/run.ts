import * as z from 'zod';
import { Cost } from './cost.ts';
import { AgentId, ApprovalId, RunId, TaskId, WorkflowId } from './ids.ts';
import { AttemptStatus, RunStatus, StepStatus } from './status.ts';
import { TemporalLink, Waiting } from './waiting.ts';

export const StartRun = z
  .strictObject({
    inputs: z.record(z.string(), z.unknown()).default({}),
    version: z.int().min(1).max(1_000_000).optional().describe('Default: the newest'),
  })
  .meta({ id: 'StartRun' });
export type StartRun = z.infer<typeof StartRun>;

/** What a person changes in one step of one run; the original stays in the run's pinned version. */
export const StepChanges = z.strictObject({
  goal: z
    .string()
    .trim()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Of an agent step, as it is: without references'),
  agentId: AgentId.optional(),
  instructions: z.string().trim().min(1).max(50_000).optional().describe('Instead of the agent’s own'),
  model: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe('The only one that may be used: model or provider/model'),
  with: z
    .record(z.string().max(64), z.unknown())
    .optional()
    .describe('Fields of the step’s "with", as in a definition; those not named stay'),
});
export type StepChanges = z.infer<typeof StepChanges>;

export const EditStep = StepChanges.refine((value) => Object.keys(value).length > 0, {
  message: 'Say what is to be changed.',
}).meta({ id: 'EditStep' });
export type EditStep = z.infer<typeof EditStep>;

export const RetryRun = z
  .strictObject({
    from: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe(
        'A step id, or the key of one item of a forEach: `read[2]`; without it, everything that did not complete',
      ),
    changes: StepChanges.optional().describe('Only together with "from"'),
  })
  .refine((value) => value.changes === undefined || value.from !== undefined, {
    path: ['changes'],
    message: 'Changes need "from": the step that they are for.',
  })
  .meta({ id: 'RetryRun' });
export type RetryRun = z.infer<typeof RetryRun>;

/** One agent's try at a step; of a step that runs another workflow: one run of it. */
export const StepAttempt = z.object({
  n: z.int(),
  status: AttemptStatus,
  cost: Cost.describe('Of its own model calls; of a nested run: of all below it'),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
});
export type StepAttempt = z.infer<typeof StepAttempt>;

export const Step = z
  .object({
    key: z.string().describe('The step id; with an index inside forEach: read[2]'),
    stepId: z.string(),
    index: z.int().nullable(),
    items: z.int().nullable().describe('Of a forEach that has begun: how many; they are key[0], key[1] …'),
    kind: z.string(),
    title: z.string(),
    dependsOn: z.array(z.string()),
    condition: z.string().nullable(),
    status: StepStatus,
    reason: z.string().nullable().describe('Why it was skipped, failed or waits'),
    waiting: Waiting.nullable(),
    taskId: TaskId.nullable(),
    approvalId: ApprovalId.nullable().describe('What a person is, or was, asked in this step'),
    childRunId: RunId.nullable().describe('The run that a workflow step has become'),
    agent: z.object({ id: AgentId, name: z.string(), role: z.string() }).nullable(),
    attempt: z.int(),
    changes: StepChanges.nullable().describe(
      'What a person changed for this run; the rest is as the workflow says',
    ),
    cost: Cost.describe('Of all attempts, and of what they delegated'),
    attempts: z
      .array(StepAttempt)
      .describe('Those of an agent or a nested run, the oldest first; a retry adds one and keeps the others'),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Step' });
export type Step = z.infer<typeof Step>;

export const Run = z
  .object({
    id: RunId,
    workflowId: WorkflowId,
    workflowVersion: z.int(),
    name: z.string(),
    taskId: TaskId.nullable().describe('The task whose plan this run carries out'),
    parentRunId: RunId.nullable().describe('The run whose step this run carries out'),
    status: RunStatus,
    held: Waiting.nullable().describe(
      'What keeps it from going on: that it is paused, or, while all of it stands still, what that waits for; null while something of it is at work',
    ),
    inputs: z.record(z.string(), z.unknown()),
    output: z.unknown().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    steps: z.array(Step),
    cost: Cost,
    version: z.int(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    temporal: TemporalLink,
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof Run>;
