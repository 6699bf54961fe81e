import * as z from 'zod';
import { Cost } from './cost.ts';
import { AgentId, RunId, TaskId, WorkflowId } from './ids.ts';
import { RunStatus, StepStatus } from './status.ts';
import { TemporalLink, Waiting } from './waiting.ts';

export const StartRun = z
  .strictObject({
    inputs: z.record(z.string(), z.unknown()).default({}),
    version: z.int().min(1).optional().describe('Default: the newest'),
  })
  .meta({ id: 'StartRun' });
export type StartRun = z.infer<typeof StartRun>;

export const Step = z
  .object({
    key: z.string().describe('The step id; with an index inside forEach: read[2]'),
    stepId: z.string(),
    index: z.int().nullable(),
    kind: z.string(),
    title: z.string(),
    dependsOn: z.array(z.string()),
    condition: z.string().nullable(),
    status: StepStatus,
    reason: z.string().nullable().describe('Why it was skipped, failed or waits'),
    waiting: Waiting.nullable(),
    taskId: TaskId.nullable(),
    agent: z.object({ id: AgentId, name: z.string(), role: z.string() }).nullable(),
    attempt: z.int(),
    cost: Cost,
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
    status: RunStatus,
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
