/** Messages in the record of one task, as its own decisions move them. The caller holds the task's lock. */
import { isFinished } from '../../contracts/status.ts';
import { wantsAnswer } from '../../contracts/message.ts';
import type { Failure, TaskResult } from '../../contracts/task.ts';
import { answerText } from '../../core/messages/words.ts';
import { answerTool } from '../calls/answer-tool.ts';
import type { MessageRow } from '../mappings/message.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { answerMessage, rootOf } from './answer.ts';
import { closedStates } from './closed-states.ts';
import { moveMessages } from './message-store.ts';
import { namesOf } from './names.ts';

/** What arrived: told to the tool calls that wait for it, else kept for the next turn. A finished task sends it back. */
export async function deliverMessages(tx: Tx, task: TaskRow, ids: string[]): Promise<void> {
  if (isFinished(task.status)) {
    const reason = `The task is ${task.status}: nobody works on it any more.`;
    await returnMessages(tx, task, { ids, reason });
    return;
  }
  const rows = await moveMessages(tx, { ids, to: 'delivered', rootTaskId: task.rootId });
  for (const row of rows) if (row.replyTo) await tellTool(tx, task, row);
}

/** An answer goes to the call that waits for it, and is read by that. */
async function tellTool(tx: Tx, task: TaskRow, row: MessageRow): Promise<void> {
  const [asked] = await tx.sql<{ toolKey: string | null }>('SELECT tool_key FROM messages WHERE id = $1', [
    row.replyTo,
  ]);
  if (!asked?.toolKey) return;
  const names = await namesOf(tx, [row]);
  const text = answerText({ ...row, fromName: names.from(row) });
  const answer = { text, isError: row.type === 'error', data: row.content.data };
  const told = await answerTool(tx, task, asked.toolKey, answer);
  // The call was told by its own clock that nobody answered; an answer of substance that comes after that is a message like others.
  if (!told && row.type !== 'error') return;
  const readIn = { key: asked.toolKey, callId: '', attempt: task.attempt };
  await moveMessages(tx, { ids: [row.id], to: 'acknowledged', rootTaskId: task.rootId, readIn });
}

/** Nobody will read them: they expire, and whoever waits for an answer is told. */
async function returnMessages(
  tx: Tx,
  task: Pick<TaskRow, 'id' | 'rootId' | 'agentId' | 'wantedAgentId'>,
  { ids, reason }: { ids: string[]; reason: string },
): Promise<void> {
  const rows = await moveMessages(tx, { ids, to: 'expired', reason, rootTaskId: task.rootId });
  for (const row of rows) await tellSender(tx, row, reason);
}

/** A message of its own to the task that asked; a person sees the state. */
export async function tellSender(tx: Tx, row: MessageRow, reason: string): Promise<void> {
  if (!wantsAnswer(row.type) || row.answeredBy !== null || row.fromTaskId === null) return;
  if (!(await rootOf(tx, row.fromTaskId))) return;
  const from = { kind: 'agent' as const, id: row.toId ?? 'person', taskId: row.taskId };
  await answerMessage(tx, row, { from, type: 'error', content: { text: `No answer: ${reason}` } });
}

/** Nobody can read them now, and who wrote them is told so. They stay unread, for when somebody can. */
export async function excuseMessages(
  tx: Tx,
  task: TaskRow,
  { ids, text }: { ids: string[]; text: string },
): Promise<void> {
  const rows = await tx.sql<MessageRow>(
    'SELECT * FROM messages WHERE id = ANY ($1) AND task_id = $2 AND answered_by IS NULL ORDER BY place, id',
    [ids, task.id],
  );
  const from = { kind: 'agent' as const, id: task.agentId ?? 'system', taskId: task.id };
  for (const row of rows)
    await answerMessage(tx, row, { from, type: 'error', content: { text }, unread: true });
}

/** The end of a task: its result is the answer to the request that it was started for; the rest is sent back or told that nothing comes. */
export async function endMessages(
  tx: Tx,
  task: TaskRow,
  end: { status: string; result?: TaskResult | null | undefined; error?: Failure | null | undefined },
): Promise<void> {
  const rows = await tx.sql<MessageRow>(
    `SELECT * FROM messages WHERE task_id = $1 AND state NOT IN ${closedStates} AND (state IN ('accepted', 'delivered') OR answered_by IS NULL)
      ORDER BY recipient, place`,
    [task.id],
  );
  const from = {
    kind: 'agent' as const,
    id: task.agentId ?? task.wantedAgentId ?? 'system',
    taskId: task.id,
  };
  const unread: string[] = [];
  for (const row of rows) {
    const opens = row.toKind === 'agent' && wantsAnswer(row.type);
    if (opens && row.answeredBy === null)
      await answerMessage(tx, row, { from, ...((await stopped(tx, task, end)) ?? endOf(end)) });
    else if (row.state === 'accepted' || row.state === 'delivered') unread.push(row.id);
    else if (wantsAnswer(row.type) && row.answeredBy === null)
      await answerMessage(tx, row, {
        from,
        type: 'error',
        content: { text: `The task is ${end.status}, and its agent gave no answer.` },
      });
  }
  if (unread.length > 0)
    await returnMessages(tx, task, {
      ids: unread,
      reason: `The task is ${end.status}: it was not read before.`,
    });
}

/** A reply in a conversation that was stopped: what was written of it by then. */
async function stopped(tx: Tx, task: TaskRow, { status }: { status: string }) {
  if (!task.conversationId || status !== 'cancelled') return null;
  const [last] = await tx.sql<{ text: string }>(
    `SELECT content->>'text' AS text FROM transcript WHERE task_id = $1 AND attempt = $2 AND content->'stopped' = 'true' ORDER BY seq DESC LIMIT 1`,
    [task.id, task.attempt],
  );
  const data = { code: 'stopped' };
  return last
    ? { type: 'reply' as const, content: { text: last.text, data } }
    : { type: 'error' as const, content: { text: 'Stopped.', data } };
}

function endOf({ status, result, error }: Parameters<typeof endMessages>[2]) {
  if (result) {
    const data = result.data === undefined ? {} : { data: result.data };
    return { type: 'reply' as const, content: { text: result.markdown, ...data } };
  }
  const text = error?.message ?? `The task was ${status}.`;
  return { type: 'error' as const, content: { text, data: { code: error?.code ?? status } } };
}
