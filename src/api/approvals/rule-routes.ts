import * as z from 'zod';
import { createApprovalRule, deleteApprovalRule, updateApprovalRule } from '../../commands/approval-rules.ts';
import { ApprovalRule, CreateApprovalRule, UpdateApprovalRule } from '../../contracts/approval-rule.ts';
import { ApprovalRuleId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { approvalRuleList, readRule } from '../../db/approvals/approval-rule-store.ts';
import { listPage } from '../../db/list-page.ts';
import type { ApprovalRuleRow } from '../../db/mappings/approval-rule.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';

const tag = 'approvals';
const params = z.object({ ruleId: ApprovalRuleId });

export function approvalRuleRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/approval-rules',
      tag,
      summary: 'List the rules that say which tool calls people are asked about',
      description: listNote(approvalRuleList),
      query: PageQuery,
      reply: pageOf(ApprovalRule),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query }) => {
        const page = await listPage<ApprovalRuleRow>(tx, approvalRuleList, query);
        return { ...page, items: page.items.map(presentRule) };
      },
    },
  );
  route(
    door,
    {
      method: 'post',
      path: '/approval-rules',
      tag,
      summary: 'Make a rule',
      description:
        'Everything that it names must fit a call. Of all rules that fit, deny goes before ask and ask before allow. Without one, calls of high risk ask. Owners only.',
      body: CreateApprovalRule,
      reply: ApprovalRule,
      status: 201,
      errors: ['forbidden'],
    },
    {
      location: ({ id }) => `/api/v2/approval-rules/${id}`,
      handle: async ({ tx, caller, body }) => oneRule(tx, (await createApprovalRule(tx, caller, body)).id),
    },
  );
  changeRoutes(door);
}

function changeRoutes(door: Door): void {
  route(
    door,
    {
      method: 'patch',
      path: '/approval-rules/{ruleId}',
      tag,
      summary: 'Change a rule: it counts from the next call on',
      params,
      body: UpdateApprovalRule,
      reply: ApprovalRule,
      errors: ['forbidden'],
    },
    {
      handle: async ({ tx, caller, params: { ruleId }, body }) => {
        await updateApprovalRule(tx, caller, { id: ruleId, wish: body });
        return oneRule(tx, ruleId);
      },
    },
  );
  route(
    door,
    {
      method: 'delete',
      path: '/approval-rules/{ruleId}',
      tag,
      summary: 'Remove a rule; what it has asked stays asked',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params: { ruleId } }) => deleteApprovalRule(tx, caller, ruleId) },
  );
}

async function oneRule(tx: Tx, id: string): Promise<ApprovalRule> {
  const row = await readRule(tx, id);
  if (!row) throw notFound('approval rule', id);
  return presentRule(row);
}

function presentRule({
  id,
  name,
  agentId,
  terms,
  createdBy,
  createdAt,
  updatedAt,
}: ApprovalRuleRow): ApprovalRule {
  const times = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
  return { id, name, agentId, ...terms, createdBy, ...times };
}
