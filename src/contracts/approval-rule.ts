import * as z from 'zod';
import { AgentId, ApprovalRuleId } from './ids.ts';
import { Risk } from './tool-card.ts';
import { durationPattern } from './workflow.ts';

const duration = z
  .string()
  .max(40)
  .regex(durationPattern, 'An ISO 8601 duration such as "PT1H" or "P2D".')
  .nullable();
const glob = z.string().trim().min(1).max(200).nullable();

/** What a rule is about (everything that is given must fit) and what it says then. */
const terms = {
  tool: glob.describe('A name; * stands for any characters. null: every tool'),
  risk: Risk.nullable().describe('This risk or a higher one'),
  destination: glob.describe('Where the arguments go: a host; * stands for any characters'),
  amount: z
    .strictObject({
      argument: z
        .string()
        .max(200)
        .regex(/^(\/([^~/]|~[01])*)+$/, 'A JSON Pointer such as "/amount".')
        .default('/amount')
        .describe('Where the arguments name the amount'),
      atLeast: z.number().min(0),
    })
    .nullable()
    .describe('The call names an amount of money of at least this'),
  spentUsd: z.number().min(0).nullable().describe('The goal has cost at least this so far'),
  when: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .nullable()
    .describe('CEL over tool, risk, destination, agent (an id), arguments and spentUsd'),
  effect: z.enum(['ask', 'allow', 'deny']),
  expiresIn: duration.describe('ask: without a decision it counts as denied then'),
  remindBefore: duration.describe('ask: says so once more, this long before it expires'),
  fourEyes: z.boolean().describe('ask: two different people agree; whoever gave the goal is none of them'),
};

export const RuleTerms = z.strictObject({
  tool: terms.tool.default(null),
  risk: terms.risk.default(null),
  destination: terms.destination.default(null),
  amount: terms.amount.default(null),
  spentUsd: terms.spentUsd.default(null),
  when: terms.when.default(null),
  effect: terms.effect,
  expiresIn: terms.expiresIn.default(null),
  remindBefore: terms.remindBefore.default(null),
  fourEyes: terms.fourEyes.default(false),
});
export type RuleTerms = z.infer<typeof RuleTerms>;

const name = z.string().trim().min(1).max(120);

export const CreateApprovalRule = RuleTerms.extend({
  name,
  agentId: AgentId.nullable().default(null).describe('null: every agent, and steps of workflows'),
}).meta({ id: 'CreateApprovalRule' });
export type CreateApprovalRule = z.infer<typeof CreateApprovalRule>;

export const UpdateApprovalRule = z
  .strictObject({ ...terms, name, agentId: AgentId.nullable() })
  .partial()
  .meta({ id: 'UpdateApprovalRule' });
export type UpdateApprovalRule = z.infer<typeof UpdateApprovalRule>;

export const ApprovalRule = z
  .object({
    id: ApprovalRuleId,
    name: z.string(),
    agentId: AgentId.nullable(),
    ...terms,
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'ApprovalRule' });
export type ApprovalRule = z.infer<typeof ApprovalRule>;
