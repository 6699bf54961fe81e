import { isFinished } from '../contracts/status.ts';
import { decideApproval as write } from '../db/approval-store.ts';
import type { ApprovalRow } from '../db/mappings/approval.ts';
import type { RunRow } from '../db/mappings/run.ts';
import type { Tx } from '../db/record.ts';
import { lockRun } from '../db/run-store.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

export interface ApprovalDecision {
  approvalId: string;
  status: 'approved' | 'denied';
  note?: string | undefined;
}

/**
 * A person's yes or no, once. The run is woken and goes on by itself.
 * @throws AppError forbidden, not_found; wrong_state when it is decided or expired, or its run has ended or is being cancelled
 */
export async function decideApproval(
  tx: Tx,
  caller: Caller,
  { approvalId, status, note }: ApprovalDecision,
): Promise<{ id: string }> {
  requireOperator(caller);
  const [seen] = await tx.sql<{ runId: string }>(
    'SELECT run_id FROM approvals WHERE id = $1 AND workspace_id = $2',
    [approvalId, tx.workspaceId],
  );
  if (!seen) throw notFound('approval', approvalId);
  // The run first, as everywhere; so a cancel, the expiry and a second decision come before or after this one, never in between.
  const run = await lockRun(tx, seen.runId);
  const [approval] = await tx.sql<ApprovalRow>('SELECT * FROM approvals WHERE id = $1 FOR UPDATE', [
    approvalId,
  ]);
  if (!approval) throw notFound('approval', approvalId);
  requireOpen(approval, run);
  await write(tx, approval, { status, by: caller.principalId, note: note ?? null });
  tx.wake({ target: `run/${run.id}`, label: run.name, rootTaskId: run.rootTaskId });
  return { id: approvalId };
}

function requireOpen({ status, expiresAt }: ApprovalRow, run: RunRow): void {
  if (status === 'expired')
    throw new AppError('wrong_state', 'The approval has expired: it cannot be decided any more.');
  if (status !== 'requested') throw new AppError('wrong_state', `The approval is ${status} already.`);
  if (expiresAt !== null && expiresAt.getTime() <= Date.now())
    throw new AppError('wrong_state', `The approval expired at ${expiresAt.toISOString()}.`);
  if (isFinished(run.status))
    throw new AppError('wrong_state', `The run is ${run.status}: there is nothing left to approve.`);
  if (run.cancelRequestedAt !== null)
    throw new AppError('wrong_state', 'The run is being cancelled: there is nothing left to approve.');
}
