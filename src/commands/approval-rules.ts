/** The rules that say which tool calls people are asked about. Owners make them. */
import { CreateApprovalRule, RuleTerms, type UpdateApprovalRule } from '../contracts/approval-rule.ts';
import { unstorable } from '../contracts/storable.ts';
import { checkRule } from '../core/policy/check-rule.ts';
import { fourEyesNeed } from '../core/policy/four-eyes.ts';
import {
  countDeciders,
  deleteRule,
  insertRule,
  readRule,
  updateRule,
} from '../db/approvals/approval-rule-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound, type Problem } from '../errors.ts';
import { type Caller, requireNotAgent, requireOwner } from './caller.ts';

/** @throws AppError forbidden, invalid_request with every problem */
export async function createApprovalRule(
  tx: Tx,
  caller: Caller,
  wish: CreateApprovalRule,
): Promise<{ id: string }> {
  requireOwner(caller);
  requireNotAgent(caller);
  return { id: await insertRule(tx, await checked(tx, wish)) };
}

/** @throws AppError forbidden, not_found, precondition_failed, invalid_request with every problem */
export async function updateApprovalRule(
  tx: Tx,
  caller: Caller,
  { id, wish }: { id: string; wish: UpdateApprovalRule },
): Promise<void> {
  requireOwner(caller);
  requireNotAgent(caller);
  const row = await readRule(tx, id, { lock: true });
  if (!row) throw notFound('approval rule', id);
  const { name, agentId, terms } = row;
  await updateRule(tx, id, await checked(tx, { ...terms, name, agentId, ...defined(wish) }));
}

/** @throws AppError forbidden, not_found */
export async function deleteApprovalRule(tx: Tx, caller: Caller, id: string): Promise<void> {
  requireOwner(caller);
  requireNotAgent(caller);
  if (!(await deleteRule(tx, id))) throw notFound('approval rule', id);
}

function defined(wish: UpdateApprovalRule): Partial<CreateApprovalRule> {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}

async function checked(tx: Tx, wish: CreateApprovalRule) {
  const { name, agentId, ...rest } = CreateApprovalRule.parse(wish);
  const terms = RuleTerms.parse(rest);
  const problems = [...checkRule(terms), ...unstorable(wish), ...(await worldProblems(tx, wish))];
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The rule cannot be made like this.', { problems });
  return { name, agentId, terms };
}

async function worldProblems(tx: Tx, { agentId, fourEyes }: CreateApprovalRule): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (agentId !== null) {
    const found = await tx.sql('SELECT id FROM agents WHERE id = $1 AND workspace_id = $2', [
      agentId,
      tx.workspaceId,
    ]);
    if (found.length === 0)
      problems.push({ pointer: '/agentId', code: 'not_found', message: `There is no agent ${agentId}.` });
  }
  const people = fourEyes ? await countDeciders(tx, null) : fourEyesNeed;
  if (people < fourEyesNeed) {
    const message = `Two different people have to agree, and this workspace has ${people} who may decide.`;
    problems.push({ pointer: '/fourEyes', code: 'too_few_people', message });
  }
  return problems;
}
