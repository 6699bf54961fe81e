import * as z from 'zod';
import { AssignmentWeights } from './assignment.ts';
import { GoalBudget } from './budget.ts';
import { idSchema } from './ids.ts';
import { PlanAcceptance } from './plan.ts';
import { WebSearchBy } from './web-search.ts';

/** Agents answering agents, until a person has a word. */
export const defaultMaxHops = 8;

export const Workspace = z
  .object({
    id: idSchema('workspace'),
    name: z.string(),
    assignmentWeights: AssignmentWeights,
    planAcceptance: PlanAcceptance,
    maxHops: z.int().describe('How long a chain of agents answering agents may be'),
    goalBudget: z
      .object({ usd: z.number().nullable(), tokens: z.int().nullable() })
      .describe('What a new goal may cost unless its launch says otherwise; null = no limit'),
    webSearch: WebSearchBy.describe(
      'Who searches the web: one alone, several in this order, or auto: the own searches of model providers, then search services',
    ),
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
    goalBudget: GoalBudget.nullable()
      .optional()
      .describe('What is left out of it stays; null: that of everybody again'),
    webSearch: WebSearchBy.nullable().optional().describe('null: auto again'),
  })
  .meta({ id: 'UpdateWorkspace' });
export type UpdateWorkspace = z.infer<typeof UpdateWorkspace>;
