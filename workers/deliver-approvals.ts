/**
 * Tells webhooks of approvals that wait for a decision.
 *
 * 1. A delivery is claimed, sent, and ended; whatever happens in between, it is sent again, so a receiver may hear the same one twice: its
 *    id is always the same.
 * 2. It is signed with the workspace's secret over its time and body. Its link opens the approval, and signs in once whom the owner named.
 * 3. Only the public internet is talked to; redirects are not followed.
 */
import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import {
  claimDeliveries,
  endDelivery,
  noteFailure,
  readAsked,
  readWebhook,
  secretOf,
} from '../src/db/approvals/approval-webhook-store.ts';
import type { ApprovalDeliveryRow } from '../src/db/mappings/approval-delivery.ts';
import type { ApprovalRow } from '../src/db/mappings/approval.ts';
import type { ApprovalWebhookRow } from '../src/db/mappings/approval-webhook.ts';
import { insertSignInLink } from '../src/db/principal-store.ts';
import type { Database, Tx } from '../src/db/record.ts';
import type { Sealer } from '../src/db/seal.ts';
import type { Network } from '../src/tools/net/network.ts';
import { startRounds } from './rounds.ts';

export interface DeliveryParts {
  db: Database;
  sealer: Sealer;
  network: Pick<Network, 'exchange'>;
  /** Where the page is. */
  publicUrl: string;
  logger: Pick<Logger, 'warn'>;
  tickMs?: number;
}

const atOnce = 20;
const mostTries = 30;
const timeoutMs = 10_000;
/** A link that nobody followed for so long is worth nothing. */
const linkMinutes = 24 * 60;

export function startDelivering(parts: DeliveryParts): { stop(): Promise<void> } {
  return startRounds({
    everyMs: parts.tickMs ?? 1000,
    round: (signal) => deliverOnce(parts, signal),
    onError: (error) =>
      parts.logger.warn({ err: error }, 'Telling webhooks of approvals failed; it is tried again.'),
  });
}

/** Sends what is due. */
export async function deliverOnce(parts: DeliveryParts, signal: AbortSignal): Promise<void> {
  const due = await claimDeliveries(parts.db, atOnce);
  await Promise.all(due.map((delivery) => deliver(parts, delivery, signal)));
}

async function deliver(
  parts: DeliveryParts,
  delivery: ApprovalDeliveryRow,
  signal: AbortSignal,
): Promise<void> {
  const within = <Result>(work: (tx: Tx) => Promise<Result>) =>
    parts.db.inWorkspace({ workspaceId: delivery.workspaceId, actor: 'system' }, work);
  const message = await within((tx) => messageOf(tx, parts, delivery));
  if ('over' in message)
    return within((tx) => endDelivery(tx, delivery.id, { status: 'done', error: message.over }));
  const error = await send(parts, { ...message, id: delivery.id }, signal);
  if (signal.aborted && error !== null) return;
  await within((tx) => {
    if (error === null) return endDelivery(tx, delivery.id, { status: 'done', error: null });
    if (delivery.tries >= mostTries) return endDelivery(tx, delivery.id, { status: 'dead', error });
    return noteFailure(tx, delivery.id, error);
  });
}

interface Message {
  url: string;
  secret: string;
  body: string;
}

async function messageOf(
  tx: Tx,
  { sealer, publicUrl }: DeliveryParts,
  { id, approvalId, event }: ApprovalDeliveryRow,
): Promise<Message | { over: string }> {
  const [webhook, approval] = [await readWebhook(tx), await readAsked(tx, approvalId)];
  if (!webhook || !approval) return { over: 'There is no webhook any more.' };
  if (approval.status !== 'requested') return { over: `It was ${approval.status} before.` };
  const secret = secretOf(webhook, sealer);
  if (secret === null) return { over: 'The secret of the webhook cannot be read here: set it again.' };
  const link = await linkTo(tx, webhook, { approvalId, publicUrl });
  return { url: webhook.url, secret, body: JSON.stringify({ id, event, approval: shownOf(approval), link }) };
}

/** No arguments: who may see them follows the link. */
function shownOf({ id, kind, title, why, tool, risk, destination, requestedAt, expiresAt }: ApprovalRow) {
  return { id, kind, title, why, tool, risk, destination, requestedAt, expiresAt };
}

async function linkTo(
  tx: Tx,
  { openAs }: ApprovalWebhookRow,
  { approvalId, publicUrl }: { approvalId: string; publicUrl: string },
): Promise<string> {
  const base = publicUrl.replace(/\/+$/, '');
  const place = `/inbox?approval=${approvalId}`;
  if (openAs === null) return `${base}${place}`;
  const token = await insertSignInLink(tx, openAs, linkMinutes);
  return `${base}/sign-in?to=${encodeURIComponent(place)}#${token}`;
}

/** @returns what went wrong, or null */
async function send(
  { network }: DeliveryParts,
  { url, secret, body, id }: Message & { id: string },
  signal: AbortSignal,
): Promise<string | null> {
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  const headers = {
    'Content-Type': 'application/json',
    'Adjutant-Delivery': id,
    'Adjutant-Signature': `t=${time},v1=${signature}`,
  };
  try {
    const answer = await network.exchange({
      method: 'POST',
      url,
      headers,
      body,
      signal,
      timeoutMs,
      maxBytes: 10_000,
    });
    return answer.status >= 200 && answer.status < 300 ? null : `It answered with ${answer.status}.`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
