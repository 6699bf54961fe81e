/**
 * The webhook of a workspace, and what it has to be told.
 *
 * 1. What is to be told is written in the transaction in which it happened, so that a crash loses nothing.
 * 2. Whoever claims a delivery pushes its due time to the next try first: a claim that ends without a word is simply tried again.
 */
import type { ApprovalDeliveryRow } from '../mappings/approval-delivery.ts';
import type { ApprovalRow } from '../mappings/approval.ts';
import type { ApprovalWebhookRow } from '../mappings/approval-webhook.ts';
import { newId } from '../new-id.ts';
import type { Database, Tx } from '../record.ts';
import type { Sealer } from '../seal.ts';

const placeOf = (workspaceId: string) => `approval webhook of ${workspaceId}`;

export interface WebhookWish {
  url: string;
  secret: string;
  openAs: string | null;
}

export async function storeWebhook(tx: Tx, wish: WebhookWish, sealer: Sealer): Promise<void> {
  const { sealed, keyId } = sealer.seal(wish.secret, placeOf(tx.workspaceId));
  await tx.sql(
    `INSERT INTO approval_webhooks (workspace_id, url, sealed, key_id, last4, open_as, actor) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (workspace_id) DO UPDATE SET url = excluded.url, sealed = excluded.sealed, key_id = excluded.key_id, last4 = excluded.last4,
       open_as = excluded.open_as, actor = excluded.actor, updated_at = now()`,
    [tx.workspaceId, wish.url, sealed, keyId, wish.secret.slice(-4), wish.openAs, tx.actor],
  );
}

export async function readWebhook(tx: Tx): Promise<ApprovalWebhookRow | null> {
  const [row] = await tx.sql<ApprovalWebhookRow>('SELECT * FROM approval_webhooks WHERE workspace_id = $1', [
    tx.workspaceId,
  ]);
  return row ?? null;
}

/** What was still to be told goes with it. */
export async function deleteWebhook(tx: Tx): Promise<void> {
  await tx.sql('DELETE FROM approval_webhooks WHERE workspace_id = $1', [tx.workspaceId]);
  await tx.sql(`DELETE FROM approval_deliveries WHERE workspace_id = $1 AND status = 'ready'`, [
    tx.workspaceId,
  ]);
}

/** Null when its secret cannot be read here. */
export function secretOf({ workspaceId, sealed, keyId }: ApprovalWebhookRow, sealer: Sealer): string | null {
  return sealer.open({ sealed, keyId }, placeOf(workspaceId));
}

/** Notes that the webhook, if there is one, has to be told. */
export async function planDelivery(
  tx: Tx,
  approvalId: string,
  event: ApprovalDeliveryRow['event'],
): Promise<void> {
  await tx.sql(
    `INSERT INTO approval_deliveries (id, workspace_id, approval_id, event)
     SELECT $1, workspace_id, $3, $4 FROM approval_webhooks WHERE workspace_id = $2`,
    [newId('delivery'), tx.workspaceId, approvalId, event],
  );
}

/** Seconds until the next try: 5, 10, 20 … at most an hour. */
const nextTry = `least(5 * 2 ^ least(tries, 12), 3600) * interval '1 second'`;

export async function claimDeliveries(db: Database, limit: number): Promise<ApprovalDeliveryRow[]> {
  return db.acrossWorkspaces<ApprovalDeliveryRow>(
    `WITH due AS MATERIALIZED (
       SELECT id FROM approval_deliveries WHERE status = 'ready' AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     UPDATE approval_deliveries d SET due_at = now() + ${nextTry}, tries = tries + 1 FROM due WHERE d.id = due.id RETURNING d.*`,
    [limit],
  );
}

export async function endDelivery(
  tx: Tx,
  id: string,
  { status, error }: { status: 'done' | 'dead'; error: string | null },
): Promise<void> {
  await tx.sql(
    'UPDATE approval_deliveries SET status = $2, last_error = $3, ended_at = now() WHERE id = $1',
    [id, status, error],
  );
}

export async function noteFailure(tx: Tx, id: string, error: string): Promise<void> {
  await tx.sql('UPDATE approval_deliveries SET last_error = $2 WHERE id = $1', [id, error.slice(0, 500)]);
}

export async function readAsked(tx: Tx, approvalId: string): Promise<ApprovalRow | null> {
  const [row] = await tx.sql<ApprovalRow>('SELECT * FROM approvals WHERE id = $1 AND workspace_id = $2', [
    approvalId,
    tx.workspaceId,
  ]);
  return row ?? null;
}
