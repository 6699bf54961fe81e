import * as z from 'zod';
import { decideApproval } from '../../commands/decide-approval.ts';
import { Approval, DecideApproval } from '../../contracts/approval.ts';
import { ApprovalId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { approvalList, type ListedApproval, readApproval } from '../../db/approval-reads.ts';
import { listPage } from '../../db/list-page.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentApproval } from './present-approval.ts';

const tag = 'approvals';
const params = z.object({ approvalId: ApprovalId });

export function approvalRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/approvals',
      tag,
      summary: 'List what people were asked to approve',
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
  decisionRoutes(door);
}

const decisions = {
  approve: { status: 'approved', summary: 'Agree: the run goes on' },
  deny: { status: 'denied', summary: 'Refuse: the step fails with approval_denied and the note' },
} as const;

function decisionRoutes(door: Door): void {
  for (const [verb, { status, summary }] of Object.entries(decisions)) {
    route(
      door,
      {
        method: 'post',
        path: `/approvals/{approvalId}/${verb}`,
        tag,
        summary,
        params,
        body: DecideApproval,
        bodyOptional: true,
        reply: Approval,
        status: 202,
        errors: ['forbidden', 'wrong_state'],
      },
      {
        handle: async ({ tx, caller, params: { approvalId }, body: { note } }) => {
          await decideApproval(tx, caller, { approvalId, status, note });
          return viewApproval(tx, approvalId);
        },
      },
    );
  }
}

async function viewApproval(tx: Tx, approvalId: string): Promise<Approval> {
  const row = await readApproval(tx, approvalId);
  if (!row) throw notFound('approval', approvalId);
  return presentApproval(row);
}
