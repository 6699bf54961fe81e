import * as z from 'zod';
import { AssignmentWeights } from './assignment.ts';
import { idSchema } from './ids.ts';
import { PlanAcceptance } from './plan.ts';

export const Workspace = z
  .object({
    id: idSchema('workspace'),
    name: z.string(),
    assignmentWeights: AssignmentWeights,
    planAcceptance: PlanAcceptance,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Workspace' });
export type Workspace = z.infer<typeof Workspace>;

export const UpdateWorkspace = z
  .strictObject({
    name: z.string().trim().min(1).max(80).optional(),
    assignmentWeights: AssignmentWeights.nullable().optional().describe('null: those of everybody again'),
    planAcceptance: PlanAcceptance.optional(),
  })
  .meta({ id: 'UpdateWorkspace' });
export type UpdateWorkspace = z.infer<typeof UpdateWorkspace>;
