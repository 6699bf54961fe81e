import { type ShownMessage, toShownMessage } from '../core/context/messages.ts';
import type { CallBody, CallRequest } from './calls/call-plan.ts';
import { bodyOf } from './context/body.ts';
import type { Frame } from './context/pack-call.ts';
import type { EffectRow } from './mappings/effect.ts';
import type { LedgerEntryRow } from './mappings/ledger-entry.ts';
import type { TranscriptEntryRow } from './mappings/transcript-entry.ts';
import type { Tx } from './record.ts';

export interface ModelCallParts {
  effect: EffectRow;
  /** Null before it was sent, and of a scoring call. */
  body: (CallBody & { intact: boolean }) | null;
  tries: LedgerEntryRow[];
}

/** A model call with exactly what it sent, made again from the record; or a search that a model provider made. */
export async function readModelCall(tx: Tx, callId: string): Promise<ModelCallParts | null> {
  const [effect] = await tx.sql<EffectRow>(
    `SELECT * FROM effects WHERE id = $1 AND workspace_id = $2 AND (kind = 'model' OR request->'search' IS NOT NULL)`,
    [callId, tx.workspaceId],
  );
  if (!effect) return null;
  const request = effect.kind === 'model' ? (effect.request as CallRequest | null) : null;
  const body =
    request?.kind === 'complete'
      ? ((await bodyOf(tx, effect, request)) ?? (await olderBody(tx, effect)))
      : null;
  const tries = await tx.sql<LedgerEntryRow>('SELECT * FROM ledger WHERE call_key = $1 ORDER BY try', [
    effect.key,
  ]);
  return { effect, body, tries };
}

/** Requests of older versions had their texts with them, and sent the transcript up to an entry. */
interface OlderRequest {
  system?: string;
  outputSchema?: Frame['outputSchema'];
  messagesTo?: number;
}

async function olderBody(tx: Tx, effect: EffectRow): Promise<CallBody & { intact: boolean }> {
  const { system = '', outputSchema = null, messagesTo = 0 } = effect.request as OlderRequest;
  const rows = await tx.sql<{ role: ShownMessage['role']; content: Record<string, unknown> }>(
    `SELECT role, content FROM transcript WHERE task_id = $1 AND attempt = $2 AND seq <= $3 ORDER BY seq`,
    [effect.taskId, effect.attempt, messagesTo],
  );
  const messages = rows.map(({ role, content }) => toShownMessage(role, content));
  return { frame: { system, tools: [], outputSchema }, messages, intact: true };
}

export async function readTranscript(
  tx: Tx,
  taskId: string,
  { after, limit }: { after: number; limit: number },
): Promise<{ rows: TranscriptEntryRow[]; total: number }> {
  const rows = await tx.sql<TranscriptEntryRow>(
    'SELECT * FROM transcript WHERE task_id = $1 AND workspace_id = $2 AND seq > $3 ORDER BY seq LIMIT $4',
    [taskId, tx.workspaceId, after, limit],
  );
  const [count] = await tx.sql<{ n: number }>('SELECT count(*) AS n FROM transcript WHERE task_id = $1', [
    taskId,
  ]);
  return { rows, total: count?.n ?? 0 };
}
