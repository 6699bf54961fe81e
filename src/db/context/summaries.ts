import { estimateTokens } from '../../core/context/estimate-tokens.ts';
import { summaryMessage } from '../../core/context/summary.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { hashOf, keepTexts } from './texts.ts';

export interface NewSummary {
  from: number;
  to: number;
  text: string;
  /** Null: put together without a model. */
  callId: string | null;
}

/** The newest one of an attempt counts; the older ones say what was sent before. */
export async function keepSummary(
  tx: Tx,
  task: Pick<TaskRow, 'id' | 'attempt'>,
  { from, to, text, callId }: NewSummary,
): Promise<void> {
  keepTexts(tx, [text]);
  await tx.sql(
    `INSERT INTO summaries (task_id, attempt, to_seq, from_seq, workspace_id, hash, tokens, call_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (task_id, attempt, to_seq) DO UPDATE SET from_seq = $4, hash = $6, tokens = $7, call_id = $8`,
    [
      task.id,
      task.attempt,
      to,
      from,
      tx.workspaceId,
      hashOf(text),
      estimateTokens(summaryMessage(text, { from, to })),
      callId,
    ],
  );
}
