import * as z from 'zod';
import { AssignmentWeights } from './assignment.ts';
import { idSchema } from './ids.ts';
import { PlanAcceptance } from './plan.ts';

/** Agents answering agents, until a person has a word. */
export const defaultMaxHops = 8;

export const Workspace = z
  .object({
    id: idSchema('workspace'),
    name: z.string(),
    assignmentWeights: AssignmentWeights,
    planAcceptance: PlanAcceptance,
    maxHops: z.int().describe('How long a chain of agents answering agents may be'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Workspace' });
export type Workspace = z.infer<typeof Workspace>;

export const UpdateWorkspace = z
  .strictObject({
    name: z.string().trim().min(1).max(80).optional(),
    assignmentWeights: AssignmentWeights.nullable().optional().describe('null: those of everybody again'),
    planAcceptance: PlanAcceptance.optional(),
    maxHops: z.int().min(1).max(100).nullable().optional().describe('null: that of everybody again'),
  })
  .meta({ id: 'UpdateWorkspace' });
export type UpdateWorkspace = z.infer<typeof UpdateWorkspace>;
