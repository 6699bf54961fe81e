/**
 * Questions that nobody needs to answer any more: their task has taken them back, or their call is over. They leave the list of what people
 * are asked, their deadline says nothing any more, and who answers all the same is told so. The caller holds the lock of the task that asked.
 */
import { isClosed } from '../../contracts/status.ts';
import { answerTool } from '../calls/answer-tool.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { closedStates } from './closed-states.ts';
import { lockMessage, moveMessages } from './message-store.ts';

export interface OpenQuestion {
  id: string;
  text: string;
  /** The call that waits for the answer. */
  toolKey: string;
}

/** A request to an agent is work that it has begun, and no question. */
const isQuestion = `m.to_kind IN ('person', 'task')`;

/** Of the current attempt, the oldest first. */
export async function loadOpenQuestions(
  tx: Tx,
  { id, attempt }: Pick<TaskRow, 'id' | 'attempt'>,
): Promise<OpenQuestion[]> {
  return tx.sql<OpenQuestion>(
    `SELECT m.id, m.content->>'text' AS text, e.key AS tool_key FROM effects e JOIN messages m ON m.tool_key = e.key
      WHERE e.task_id = $1 AND e.attempt = $2 AND e.status = 'waiting' AND m.from_task_id = $1 AND ${isQuestion}
        AND m.answered_by IS NULL AND m.state NOT IN ${closedStates} ORDER BY m.id`,
    [id, attempt],
  );
}

export interface Withdrawal {
  /** Null: the only one that is open. */
  id: string | null;
  reason: string;
}

/** Its agent wants no answer any more. @returns why not; else how many are open still */
export async function withdrawQuestion(
  tx: Tx,
  task: TaskRow,
  { id, reason }: Withdrawal,
): Promise<{ problem: string } | { left: number }> {
  const open = await loadOpenQuestions(tx, task);
  const wanted = id === null ? open : open.filter((each) => each.id === id);
  const [question] = wanted;
  if (!question || wanted.length > 1) return { problem: whyNone(open, id) };
  const locked = await lockMessage(tx, question.id);
  if (!locked || locked.answeredBy !== null || isClosed(locked.state))
    return { problem: 'It is answered by now: you are told the answer next.' };
  const actor = task.agentId ?? 'system';
  await moveMessages(tx, { ids: [question.id], to: 'withdrawn', reason, rootTaskId: task.rootId, actor });
  await answerTool(tx, task, question.toolKey, { text: `You have withdrawn the question: ${reason}` });
  return { left: open.length - 1 };
}

function whyNone(open: readonly OpenQuestion[], id: string | null): string {
  if (open.length === 0) return 'No question of yours is open.';
  const named = open.map((each) => `${each.id} (${each.text})`).join('\n');
  return `${id === null ? 'Say which one' : `No question ${id} of yours is open`}. There are:\n${named}`;
}

/** What these calls have asked: they are over, whoever ended them. */
export async function withdrawOfCalls(
  tx: Tx,
  task: TaskRow,
  { keys, reason }: { keys: string[]; reason: string },
): Promise<void> {
  if (keys.length === 0) return;
  const rows = await tx.sql<{ id: string }>(
    `SELECT m.id FROM messages m WHERE m.from_task_id = $1 AND m.tool_key = ANY ($2) AND ${isQuestion}
        AND m.answered_by IS NULL AND m.state NOT IN ${closedStates} ORDER BY m.id FOR NO KEY UPDATE`,
    [task.id, keys],
  );
  await moveMessages(tx, {
    ids: rows.map(({ id }) => id),
    to: 'withdrawn',
    reason,
    rootTaskId: task.rootId,
  });
}
