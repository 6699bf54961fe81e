import * as z from 'zod';
import { TaskId, WorkflowId } from './ids.ts';
import { WorkflowDefinition } from './workflow.ts';

const summary = {
  id: WorkflowId,
  name: z.string(),
  description: z.string(),
  origin: z.enum(['model', 'template', 'person']),
  taskId: TaskId.nullable().describe('The task whose plan it is'),
  version: z.int().describe('The newest one'),
  archivedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export const WorkflowSummary = z.object(summary).meta({ id: 'WorkflowSummary' });
export type WorkflowSummary = z.infer<typeof WorkflowSummary>;

export const WorkflowView = z.object({ ...summary, definition: WorkflowDefinition }).meta({ id: 'Workflow' });
export type WorkflowView = z.infer<typeof WorkflowView>;

export const WorkflowVersion = z
  .object({
    version: z.int(),
    actor: z.string(),
    createdAt: z.iso.datetime(),
    definition: WorkflowDefinition,
  })
  .meta({ id: 'WorkflowVersion' });
export type WorkflowVersion = z.infer<typeof WorkflowVersion>;

export const Validation = z
  .object({
    valid: z.boolean(),
    problems: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })),
  })
  .meta({ id: 'Validation' });
export type Validation = z.infer<typeof Validation>;
