/**
 * Approvals: what a person is asked to agree to, and what became of it.
 *
 * 1. requested → approved | denied | expired, once. Whoever changes one has locked its run before (locks: run → approval).
 * 2. An approval is for exactly what was asked: the hash is over title, details, step and version of the workflow. It is checked again
 *    when the approval is spent, and it is spent once, by the decision of its run that goes on because of it.
 */
import { createHash } from 'node:crypto';
import type { ApprovalRow } from './mappings/approval.ts';
import type { RunRow } from './mappings/run.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

export interface NewApproval {
  stepKey: string;
  attempt: number;
  title: string;
  details: string | null;
  expiresAt: Date | null;
}

type Asked = Pick<ApprovalRow, 'title' | 'details' | 'stepKey' | 'runId'>;

/** SHA-256 of exactly what is asked. */
export function hashOf({ title, details, stepKey, runId }: Asked, workflowVersion: number): string {
  return createHash('sha256')
    .update(JSON.stringify([runId, workflowVersion, stepKey, title, details]))
    .digest('hex');
}

export async function insertApproval(tx: Tx, run: RunRow, asked: NewApproval): Promise<string> {
  const id = newId('approval');
  const { stepKey, attempt, title, details, expiresAt } = asked;
  await tx.sql(
    `INSERT INTO approvals (id, workspace_id, run_id, step_key, attempt, root_task_id, title, details, status, hash, requested_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'requested', $9, $10, $11)`,
    [
      id,
      tx.workspaceId,
      run.id,
      stepKey,
      attempt,
      run.rootTaskId,
      title,
      details,
      hashOf({ ...asked, runId: run.id }, run.workflowVersion),
      run.actor,
      expiresAt,
    ],
  );
  const data = { approvalId: id, key: stepKey, title, expiresAt: expiresAt?.toISOString() ?? null };
  tx.emit({ stream: `run/${run.id}`, type: 'approval.requested', data }, { rootTaskId: run.rootTaskId });
  return id;
}

/** Row and event of a person's decision. */
export async function decideApproval(
  tx: Tx,
  approval: ApprovalRow,
  decision: { status: 'approved' | 'denied'; by: string; note: string | null },
): Promise<void> {
  const { status, by, note } = decision;
  await tx.sql(
    `UPDATE approvals SET status = $2, decided_at = now(), decided_by = $3, note = $4 WHERE id = $1`,
    [approval.id, status, by, note],
  );
  const data = { approvalId: approval.id, key: approval.stepKey, title: approval.title, note };
  tx.emit(
    { stream: `run/${approval.runId}`, type: `approval.${status}`, data },
    { rootTaskId: approval.rootTaskId },
  );
}

/** Nobody needs to decide any more: the time is over, or the step ended otherwise. */
export async function expireApprovals(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'rootTaskId'>,
  { keys, reason }: { keys: string[] | null; reason: string },
): Promise<void> {
  const rows = await tx.sql<Pick<ApprovalRow, 'id' | 'stepKey' | 'title'>>(
    `UPDATE approvals SET status = 'expired', decided_at = now(), note = $3
      WHERE run_id = $1 AND status = 'requested' AND ($2::text[] IS NULL OR step_key = ANY ($2)) RETURNING id, step_key, title`,
    [run.id, keys, reason],
  );
  for (const { id, stepKey, title } of rows) {
    const data = { approvalId: id, key: stepKey, title, reason };
    tx.emit({ stream: `run/${run.id}`, type: 'approval.expired', data }, { rootTaskId: run.rootTaskId });
  }
}

export async function spendApprovals(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'rootTaskId'>,
  ids: string[],
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.sql<Pick<ApprovalRow, 'id' | 'stepKey' | 'title'>>(
    `UPDATE approvals SET spent_at = now() WHERE id = ANY ($1) AND status = 'approved' AND spent_at IS NULL RETURNING id, step_key, title`,
    [ids],
  );
  for (const { id, stepKey, title } of rows) {
    const data = { approvalId: id, key: stepKey, title };
    tx.emit({ stream: `run/${run.id}`, type: 'approval.spent', data }, { rootTaskId: run.rootTaskId });
  }
}
