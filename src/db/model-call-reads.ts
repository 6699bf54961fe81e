import type { EffectRow } from './mappings/effect.ts';
import type { LedgerEntryRow } from './mappings/ledger-entry.ts';
import type { TranscriptEntryRow } from './mappings/transcript-entry.ts';
import type { Tx } from './record.ts';

export interface ModelCallParts {
  effect: EffectRow;
  messages: Pick<TranscriptEntryRow, 'role' | 'content'>[];
  tries: LedgerEntryRow[];
}

/** A model call with what it sent: the request keeps up to where the transcript was part of it. */
export async function readModelCall(tx: Tx, callId: string): Promise<ModelCallParts | null> {
  const [effect] = await tx.sql<EffectRow>(
    `SELECT * FROM effects WHERE id = $1 AND workspace_id = $2 AND kind = 'model'`,
    [callId, tx.workspaceId],
  );
  if (!effect) return null;
  const upTo = (effect.request as { messagesTo?: number } | null)?.messagesTo ?? 0;
  const messages = await tx.sql<Pick<TranscriptEntryRow, 'role' | 'content'>>(
    `SELECT role, content FROM transcript WHERE task_id = $1 AND attempt = $2 AND seq <= $3 ORDER BY seq`,
    [effect.taskId, effect.attempt, upTo],
  );
  const tries = await tx.sql<LedgerEntryRow>('SELECT * FROM ledger WHERE call_key = $1 ORDER BY try', [
    effect.key,
  ]);
  return { effect, messages, tries };
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
