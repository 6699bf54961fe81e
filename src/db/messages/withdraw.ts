/**
 * What nobody needs an answer to any more: whoever asked has taken it back, or its call is over. Questions leave the list of what people are
 * asked, their deadline says nothing any more, and who answers all the same is told so; work that was begun for a request stops. The caller
 * holds the lock of the task that asked.
 */
import { isClosed } from '../../contracts/status.ts';
import { answerTool } from '../calls/answer-tool.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { closedStates } from './closed-states.ts';
import { moveMessages } from './message-store.ts';
import { lockWithWork, stopWork } from './work-of-request.ts';

export interface OpenQuestion {
  id: string;
  text: string;
  /** The call that waits for the answer; null when its agent goes on meanwhile. */
  toolKey: string | null;
}

/** Questions and requests of the task that nobody has answered, and that no earlier attempt waited for; the oldest first. */
export async function loadOpenQuestions(
  tx: Tx,
  { id, attempt }: Pick<TaskRow, 'id' | 'attempt'>,
): Promise<OpenQuestion[]> {
  return tx.sql<OpenQuestion>(
    `SELECT m.id, m.content->>'text' AS text, m.tool_key FROM messages m LEFT JOIN effects e ON e.key = m.tool_key
      WHERE m.from_task_id = $1 AND m.type = 'request' AND m.answered_by IS NULL AND m.state NOT IN ${closedStates}
        AND (m.tool_key IS NULL OR e.attempt = $2 AND e.status = 'waiting') ORDER BY m.id`,
    [id, attempt],
  );
}

export interface Withdrawal {
  /** Null: the only one that is open. */
  id: string | null;
  reason: string;
}

/** `waited`: a call was waiting for the answer; `left`: how many wait still. */
export type Withdrawn = { problem: string } | { waited: boolean; left: number };

/** Its agent wants no answer any more. */
export async function withdrawQuestion(
  tx: Tx,
  task: TaskRow,
  { id, reason }: Withdrawal,
): Promise<Withdrawn> {
  const open = await loadOpenQuestions(tx, task);
  const wanted = id === null ? open : open.filter((each) => each.id === id);
  const [question] = wanted;
  if (!question || wanted.length > 1) return { problem: whyNone(open, id) };
  const locked = await lockWithWork(tx, question.id);
  if (!locked || locked.answeredBy !== null || isClosed(locked.state))
    return { problem: 'It is answered by now: you are told the answer next.' };
  const actor = task.agentId ?? 'system';
  await moveMessages(tx, { ids: [question.id], to: 'withdrawn', reason, rootTaskId: task.rootId, actor });
  await stopWork(tx, locked, `Withdrawn by whoever asked: ${reason}`);
  const { toolKey } = question;
  if (toolKey !== null)
    await answerTool(tx, task, toolKey, { text: `You have withdrawn the question: ${reason}` });
  const left = open.filter((each) => each !== question && each.toolKey !== null).length;
  return { waited: toolKey !== null, left };
}

function whyNone(open: readonly OpenQuestion[], id: string | null): string {
  if (open.length === 0) return 'No question of yours is open.';
  const named = open.map((each) => `${each.id} (${each.text})`).join('\n');
  return `${id === null ? 'Say which one' : `No question ${id} of yours is open`}. There are:\n${named}`;
}

/** What these calls have asked: they are over, whoever ended them. Work that was begun for a request goes on: its result is told to the next attempt. */
export async function withdrawOfCalls(
  tx: Tx,
  task: TaskRow,
  { keys, reason }: { keys: string[]; reason: string },
): Promise<void> {
  if (keys.length === 0) return;
  const rows = await tx.sql<{ id: string }>(
    `SELECT m.id FROM messages m WHERE m.from_task_id = $1 AND m.tool_key = ANY ($2) AND m.to_kind IN ('person', 'task')
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
