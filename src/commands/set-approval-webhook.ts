import type { SetApprovalWebhook } from '../contracts/approval-webhook.ts';
import { storeWebhook } from '../db/approvals/approval-webhook-store.ts';
import type { Tx } from '../db/record.ts';
import type { Sealer } from '../db/seal.ts';
import { AppError, type Problem } from '../errors.ts';
import { type Caller, requireNotAgent, requireOwner } from './caller.ts';

/** @throws AppError forbidden, invalid_request with every problem, unavailable without a secret to seal with */
export async function setApprovalWebhook(
  tx: Tx,
  caller: Caller,
  { wish, sealer }: { wish: SetApprovalWebhook; sealer: Sealer },
): Promise<void> {
  requireOwner(caller);
  requireNotAgent(caller);
  const problems: Problem[] = [];
  const { username, password } = new URL(wish.url);
  if (username !== '' || password !== '') {
    const message = 'An address must not hold a user name or a password.';
    problems.push({ pointer: '/url', code: 'not_allowed', message });
  }
  if (wish.openAs !== null && !(await maySignIn(tx, wish.openAs))) {
    const message = 'A person of this workspace who may decide approvals.';
    problems.push({ pointer: '/openAs', code: 'not_found', message });
  }
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The webhook cannot be set like this.', { problems });
  await storeWebhook(tx, wish, sealer);
}

async function maySignIn(tx: Tx, principalId: string): Promise<boolean> {
  const rows = await tx.sql(
    `SELECT id FROM principals WHERE id = $1 AND workspace_id = $2 AND kind = 'person' AND role IN ('owner', 'operator')`,
    [principalId, tx.workspaceId],
  );
  return rows.length > 0;
}
