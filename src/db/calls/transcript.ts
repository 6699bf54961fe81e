import { createHash } from 'node:crypto';
import { tokensOfContent } from '../../core/context/messages.ts';
import { cleaned } from './storable-outcome.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';

export interface NewLine {
  role: 'user' | 'assistant' | 'tool';
  turn: number;
  content: Record<string, unknown>;
}

/** Appends to the transcript of the current attempt. The caller holds the task's lock. @returns the last sequence number. */
export async function appendTranscript(tx: Tx, task: TaskRow, lines: NewLine[]): Promise<number> {
  const contents = lines.map((line) => JSON.stringify(line.content, cleaned));
  const [row] = await tx.sql<{ last: number }>(
    `WITH base AS (SELECT coalesce(max(seq), 0) AS seq FROM transcript WHERE task_id = $1),
     added AS (
       INSERT INTO transcript (task_id, seq, workspace_id, attempt, turn, role, content, hash, tokens)
       SELECT $1, base.seq + l.n, $2, $3, l.turn, l.role, l.content, l.hash, l.tokens
         FROM base, unnest($4::int[], $5::text[], $6::jsonb[], $7::text[], $8::int[]) WITH ORDINALITY AS l (turn, role, content, hash, tokens, n)
       RETURNING seq)
     SELECT coalesce((SELECT max(seq) FROM added), (SELECT seq FROM base))::int AS last`,
    [
      task.id,
      tx.workspaceId,
      task.attempt,
      lines.map((line) => line.turn),
      lines.map((line) => line.role),
      contents,
      contents.map((content) => createHash('sha256').update(content).digest('hex')),
      lines.map(({ content }) => tokensOfContent(content)),
    ],
  );
  return row?.last ?? 0;
}
