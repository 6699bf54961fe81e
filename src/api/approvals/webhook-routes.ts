import { requireOwner } from '../../commands/caller.ts';
import { setApprovalWebhook } from '../../commands/set-approval-webhook.ts';
import { ApprovalWebhook, SetApprovalWebhook } from '../../contracts/approval-webhook.ts';
import { deleteWebhook, readWebhook } from '../../db/approvals/approval-webhook-store.ts';
import type { Tx } from '../../db/record.ts';
import { createSealer, type Sealer } from '../../db/seal.ts';
import { AppError } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';

const shared = { path: '/approval-webhook', tag: 'approvals' } as const;

export function approvalWebhookRoutes(door: Door, sealer: Sealer = createSealer([])): void {
  route(
    door,
    {
      ...shared,
      method: 'get',
      summary: 'Who is told of new approvals',
      reply: ApprovalWebhook,
      errors: ['not_found'],
    },
    { handle: ({ tx }) => view(tx) },
  );
  route(
    door,
    {
      ...shared,
      method: 'put',
      summary: 'Have new approvals told over HTTP',
      description:
        'Each is sent as a signed POST with a link that opens it, and tried again for about a day until it is answered with 2xx. Owners only.',
      body: SetApprovalWebhook,
      reply: ApprovalWebhook,
      errors: ['forbidden', 'unavailable'],
    },
    {
      handle: async ({ tx, caller, body }) => {
        await setApprovalWebhook(tx, caller, { wish: body, sealer });
        return view(tx);
      },
    },
  );
  route(
    door,
    {
      ...shared,
      method: 'delete',
      summary: 'Tell nobody any more',
      status: 204,
      errors: ['forbidden'],
    },
    {
      handle: async ({ tx, caller }) => {
        requireOwner(caller);
        await deleteWebhook(tx);
      },
    },
  );
}

async function view(tx: Tx): Promise<ApprovalWebhook> {
  const row = await readWebhook(tx);
  if (!row) throw new AppError('not_found', 'No webhook is set.');
  const { url, last4, openAs, updatedAt } = row;
  return { url, last4, openAs, updatedAt: updatedAt.toISOString() };
}
