/** The conversation of the current attempt as prompts need it: its beginning, the newest summary, and the entries since. */
import type { ShownMessage } from '../../core/context/messages.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { SummaryRow } from '../mappings/summary.ts';
import { allEnded } from '../connection.ts';
import type { Tx } from '../record.ts';

export interface ConversationEntry {
  seq: number;
  role: ShownMessage['role'];
  content: Record<string, unknown>;
  hash: string;
  tokens: number;
}

export interface Conversation {
  entries: ConversationEntry[];
  summary: (Pick<SummaryRow, 'fromSeq' | 'toSeq' | 'tokens'> & { text: string }) | null;
}

/** @param summarised there is a summary, as far as is known */
export async function loadConversation(
  tx: Tx,
  task: Pick<TaskRow, 'id' | 'attempt'>,
  summarised: boolean,
): Promise<Conversation> {
  const [summary, entries] = await allEnded([
    summarised ? loadSummary(tx, task) : null,
    tx.sql<ConversationEntry>(
      `SELECT seq, role, content, hash, tokens FROM transcript
        WHERE task_id = $1 AND attempt = $2
          AND (seq > coalesce((SELECT max(to_seq) FROM summaries WHERE task_id = $1 AND attempt = $2), 0)
            OR seq = (SELECT min(seq) FROM transcript WHERE task_id = $1 AND attempt = $2)) ORDER BY seq`,
      [task.id, task.attempt],
    ),
  ]);
  return { entries, summary };
}

async function loadSummary(
  tx: Tx,
  { id, attempt }: Pick<TaskRow, 'id' | 'attempt'>,
): Promise<Conversation['summary']> {
  const [summary] = await tx.sql<NonNullable<Conversation['summary']>>(
    `SELECT s.from_seq, s.to_seq, s.tokens, t.text FROM summaries s JOIN texts t ON t.workspace_id = s.workspace_id AND t.hash = s.hash
      WHERE s.task_id = $1 AND s.attempt = $2 ORDER BY s.to_seq DESC LIMIT 1`,
    [id, attempt],
  );
  return summary ?? null;
}
