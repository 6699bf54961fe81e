/** What a reply is made of: the conversation before it, and the present state of the task that it is about. */
import { type ChatLine, fittingLines, lastLine, shownLine, type TaskState } from '../../core/prompts/chat.ts';
import type { NewLine } from '../calls/transcript.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';

/** The transcript that a reply's first call begins with. */
export async function chatOpening(tx: Tx, task: TaskRow, turn: number): Promise<NewLine[]> {
  const lines = fittingLines(await linesBefore(tx, task));
  const [about] = await tx.sql<{ taskId: string | null }>('SELECT task_id FROM conversations WHERE id = $1', [
    task.conversationId,
  ]);
  const state = about?.taskId ? await stateOf(tx, about.taskId) : null;
  return [
    ...lines.map(
      (line): NewLine =>
        line.fromKind === 'person'
          ? { role: 'user', turn, content: { text: shownLine(line) } }
          : { role: 'assistant', turn, content: { text: shownLine(line), toolCalls: [] } },
    ),
    { role: 'user', turn, content: { text: lastLine(task.goal, state) } },
  ];
}

/** What was said before the message that this reply answers; of several answers to one message, the last. */
async function linesBefore(tx: Tx, task: TaskRow): Promise<ChatLine[]> {
  return tx
    .sql<ChatLine>(
      `SELECT m.from_kind, m.content->>'text' AS text,
              coalesce(m.type = 'reply' AND m.content->'data'->>'code' = 'stopped', false) AS stopped FROM messages m LEFT JOIN messages q ON q.id = m.reply_to
      WHERE m.conversation_id = $1 AND m.state <> 'expired' AND (q.id IS NULL OR q.answered_by = m.id)
        AND m.place < (SELECT min(place) FROM messages WHERE task_id = $2 AND from_kind = 'person')
      ORDER BY m.place DESC LIMIT 60`,
      [task.conversationId, task.id],
    )
    .then((rows) => rows.reverse());
}

async function stateOf(tx: Tx, taskId: string): Promise<TaskState | null> {
  const [row] = await tx.sql<TaskState>(
    `SELECT t.id, t.title, t.goal, t.status, CASE WHEN t.status = 'waiting' THEN t.waiting_for || ': ' || t.waiting_detail END AS waiting,
            left(coalesce(t.result->>'markdown', (SELECT x.content->>'text' FROM transcript x
              WHERE x.task_id = t.id AND x.role = 'assistant' AND x.content->>'text' <> '' ORDER BY x.seq DESC LIMIT 1)), 6000) AS said
       FROM tasks t WHERE t.id = $1 AND t.workspace_id = $2`,
    [taskId, tx.workspaceId],
  );
  if (!row) return null;
  const steps = await tx.sql<{ title: string; status: string }>(
    `SELECT coalesce(k.title, s.key) AS title, s.status FROM tasks t JOIN steps s ON s.run_id = t.plan_run_id LEFT JOIN tasks k ON k.id = s.task_id
      WHERE t.id = $1 ORDER BY s.started_at NULLS LAST, s.key LIMIT 100`,
    [taskId],
  );
  return { ...row, steps };
}
