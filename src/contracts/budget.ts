import * as z from 'zod';
import { AgentId, BudgetId, TaskId } from './ids.ts';

export const BudgetScope = z
  .enum(['tree', 'step', 'agent', 'workspace'])
  .describe(
    'A task tree, one step of a workflow with all below it, an agent, or the workspace in one day (UTC)',
  );
export type BudgetScope = z.infer<typeof BudgetScope>;

const usd = z.number().min(0).max(1_000_000).describe('US dollars; null = money is not limited');
const tokens = z
  .int()
  .min(0)
  .max(1_000_000_000_000)
  .describe('Input and output together; null = tokens are not limited');

/** At launch; the workspace says what a goal gets for what is left out. */
export const GoalBudget = z
  .strictObject({ usd: usd.nullable().optional(), tokens: tokens.nullable().optional() })
  .meta({ id: 'GoalBudget' });
export type GoalBudget = z.infer<typeof GoalBudget>;

export const CreateBudget = z
  .strictObject({
    scope: BudgetScope.exclude(['step']),
    taskId: TaskId.optional().describe('For tree: its root task'),
    agentId: AgentId.optional().describe('For agent'),
    limitUsd: usd.nullable().optional(),
    limitTokens: tokens.nullable().optional(),
  })
  .meta({ id: 'CreateBudget' });
export type CreateBudget = z.infer<typeof CreateBudget>;

export const UpdateBudget = z
  .strictObject({ limitUsd: usd.nullable().optional(), limitTokens: tokens.nullable().optional() })
  .meta({ id: 'UpdateBudget' });
export type UpdateBudget = z.infer<typeof UpdateBudget>;

export const TopUpBudget = z
  .strictObject({
    usd: z.number().positive().max(1_000_000).optional().describe('US dollars to add'),
    tokens: z.int().positive().max(1_000_000_000_000).optional().describe('Tokens to add'),
  })
  .meta({ id: 'TopUpBudget' });
export type TopUpBudget = z.infer<typeof TopUpBudget>;

const figures = {
  limitUsd: z.number().nullable().describe('With what was added; null = money is not limited'),
  spentUsd: z.number(),
  reservedUsd: z.number().describe('Set aside for calls under way'),
  limitTokens: z.int().nullable(),
  spentTokens: z.int(),
  reservedTokens: z.int(),
};

export const TaskBudget = z.object({ id: BudgetId, ...figures }).meta({ id: 'TaskBudget' });
export type TaskBudget = z.infer<typeof TaskBudget>;

export const Budget = z
  .object({
    id: BudgetId,
    scope: BudgetScope,
    taskId: TaskId.nullable().describe('For tree and step'),
    agentId: AgentId.nullable(),
    ...figures,
    warned: z.int().describe('The highest part of the limit, in percent, that was told: 0, 50, 80 or 100'),
    exhaustedAt: z.iso.datetime().nullable().describe('Since when a call is parked for want of it'),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Budget' });
export type Budget = z.infer<typeof Budget>;
