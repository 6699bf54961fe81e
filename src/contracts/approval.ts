import * as z from 'zod';
import { ApprovalId, RunId, TaskId } from './ids.ts';
import { ApprovalStatus } from './status.ts';

export const DecideApproval = z
  .strictObject({
    note: z
      .string()
      .trim()
      .min(1)
      .max(2000)
      .optional()
      .describe('What the workflow and other people are told'),
  })
  .meta({ id: 'DecideApproval' });
export type DecideApproval = z.infer<typeof DecideApproval>;

export const Approval = z
  .object({
    id: ApprovalId,
    runId: RunId,
    runName: z.string(),
    stepKey: z.string(),
    rootTaskId: TaskId.nullable().describe(
      'The task tree that it belongs to; null for a run that a person started',
    ),
    title: z.string(),
    details: z.string().nullable(),
    status: ApprovalStatus,
    hash: z
      .string()
      .describe('SHA-256 of exactly what is asked: run, version of the workflow, step, title and details'),
    requestedAt: z.iso.datetime(),
    requestedBy: z.string().describe('Who started the run'),
    decidedAt: z.iso.datetime().nullable(),
    decidedBy: z.string().nullable(),
    note: z.string().nullable().describe('Of whoever decided, or why it expired'),
    expiresAt: z.iso.datetime().nullable().describe('Counts as denied then'),
    spentAt: z.iso.datetime().nullable().describe('When the run went on because of it'),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof Approval>;
