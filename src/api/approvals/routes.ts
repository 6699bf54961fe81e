import * as z from 'zod';
import type { Caller } from '../../commands/caller.ts';
import { type ApprovalDecision, decideApproval } from '../../commands/decide-approval.ts';
import type { ToolsOf } from '../../commands/tools-of.ts';
import { Approval, Approve, DecideApproval, SayHappened } from '../../contracts/approval.ts';
import { ApprovalId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { approvalList, type ListedApproval, readApproval } from '../../db/approvals/approval-reads.ts';
import { listPage } from '../../db/list-page.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentApproval } from './present-approval.ts';

const tag = 'approvals';
const params = z.object({ approvalId: ApprovalId });

export function approvalRoutes(door: Door, toolsOf: ToolsOf): void {
  route(
    door,
    {
      method: 'get',
      path: '/approvals',
      tag,
      summary:
        'List what people were asked to decide: approvals of steps and of tool calls, and calls of which it is not known',
      description: listNote(approvalList),
      query: PageQuery,
      reply: pageOf(Approval),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query }) => {
        const page = await listPage<ListedApproval>(tx, approvalList, query);
        return { ...page, items: page.items.map(presentApproval) };
      },
    },
  );
  route(
    door,
    {
      method: 'get',
      path: '/approvals/{approvalId}',
      tag,
      summary: 'Read what is to be approved',
      params,
      reply: Approval,
    },
    { handle: ({ tx, params: { approvalId } }) => viewApproval(tx, approvalId) },
  );
  decisionRoutes(door, toolsOf);
}

function decisionRoutes(door: Door, toolsOf: ToolsOf): void {
  const decided = async (tx: Tx, caller: Caller, decision: ApprovalDecision) => {
    await decideApproval(tx, caller, { decision, toolsOf });
    return viewApproval(tx, decision.approvalId);
  };
  const shared = { method: 'post', tag, params, reply: Approval, status: 202 } as const;

  route(
    door,
    {
      ...shared,
      path: '/approvals/{approvalId}/approve',
      summary: 'Agree: the run or the tool call goes on',
      description:
        'A tool call may be given other arguments: they are checked, stored beside the ones that were asked, and the agent is told. Of an uncertain call: it is tried again.',
      body: Approve,
      bodyOptional: true,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: ({ tx, caller, params: { approvalId }, body }) =>
        decided(tx, caller, { approvalId, status: 'approved', ...body }),
    },
  );
  route(
    door,
    {
      ...shared,
      path: '/approvals/{approvalId}/deny',
      summary: 'Refuse: the step fails with approval_denied, or the agent is told, with the note',
      body: DecideApproval,
      bodyOptional: true,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: ({ tx, caller, params: { approvalId }, body: { note } }) =>
        decided(tx, caller, { approvalId, status: 'denied', note }),
    },
  );
  route(
    door,
    {
      ...shared,
      path: '/approvals/{approvalId}/say-happened',
      summary: 'Say what became of a tool call of which it is not known',
      body: SayHappened,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: ({ tx, caller, params: { approvalId }, body }) =>
        decided(tx, caller, { approvalId, status: 'known', ...body }),
    },
  );
}

async function viewApproval(tx: Tx, approvalId: string): Promise<Approval> {
  const row = await readApproval(tx, approvalId);
  if (!row) throw notFound('approval', approvalId);
  return presentApproval(row);
}
