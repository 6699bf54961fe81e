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

/** A line as it stands in the transcript; `text` is its content as JSON. */
export interface WrittenLine extends Pick<NewLine, 'role'> {
  text: string;
  hash: string;
  tokens: number;
}

/** Nobody has said anything since the model did. */
export async function endsWithAnswer(tx: Tx, { id, attempt }: TaskRow): Promise<boolean> {
  const [last] = await tx.sql<{ role: NewLine['role'] }>(
    'SELECT role FROM transcript WHERE task_id = $1 AND attempt = $2 ORDER BY seq DESC LIMIT 1',
    [id, attempt],
  );
  return last?.role === 'assistant';
}

/** Appends to the transcript of the current attempt. The caller holds the task's lock. */
export function appendTranscript(tx: Tx, task: TaskRow, lines: NewLine[]): WrittenLine[] {
  const written = lines.map(({ role, content }) => {
    const text = JSON.stringify(content, cleaned);
    const hash = createHash('sha256').update(text).digest('hex');
    return { role, text, hash, tokens: tokensOfContent(content) };
  });
  tx.write(
    `INSERT INTO transcript (task_id, seq, workspace_id, attempt, turn, role, content, hash, tokens)
     SELECT $1, base.seq + l.n, $2, $3, l.turn, l.role, l.content, l.hash, l.tokens
       FROM (SELECT coalesce(max(seq), 0) AS seq FROM transcript WHERE task_id = $1) AS base,
            unnest($4::int[], $5::text[], $6::jsonb[], $7::text[], $8::int[]) WITH ORDINALITY AS l (turn, role, content, hash, tokens, n)`,
    [
      task.id,
      tx.workspaceId,
      task.attempt,
      lines.map((line) => line.turn),
      lines.map((line) => line.role),
      written.map(({ text }) => text),
      written.map(({ hash }) => hash),
      written.map(({ tokens }) => tokens),
    ],
  );
  return written;
}
