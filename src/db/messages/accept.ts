/**
 * Accepts a message that was found right: one transaction with its row, its event and the wish to wake.
 *
 * 1. To a task: it is woken. 2. To an agent: a request becomes a task of that agent, whose result is the answer; anything else waits in
 * the mailbox for the agent's next task. 3. Inquiries are answered here, from the registry. 4. To a person: it is delivered by being there.
 */
import { type MessageContent, type MessageType, wantsAnswer } from '../../contracts/message.ts';
import { contentText, titleOfText } from '../../core/messages/words.ts';
import { goalLimits, openGoalPurse } from '../budgets/budget-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';
import { insertTask } from '../task-store.ts';
import { answerMessage } from './answer.ts';
import { insertMessage, type NewMessage } from './message-store.ts';
import { readCapabilities } from './registry-answer.ts';
import type { Recipient } from './recipient.ts';

export interface Accepting {
  from: { kind: 'agent' | 'person' | 'run'; id: string };
  /** The task whose agent writes. */
  fromTask: Pick<TaskRow, 'id' | 'rootId' | 'depth' | 'title'> | null;
  to: Recipient;
  type: MessageType;
  content: MessageContent;
  priority?: number;
  deadline?: Date | null;
  hops?: number;
  /** The first message of the exchange. */
  correlationId?: string;
  /** The tool call that waits for the answer. */
  toolKey?: string;
  /** The step that waits for the answer. */
  step?: { runId: string; stepKey: string; rootTaskId: string | null };
}

export interface Accepted {
  id: string;
  /** The answer, when the registry knew it. */
  answeredBy?: string;
}

export async function acceptMessage(tx: Tx, accepting: Accepting): Promise<Accepted> {
  const { to, type, content } = accepting;
  const base = rowOf(accepting);
  if (to.kind === 'person') {
    const root = accepting.fromTask?.rootId ?? accepting.step?.rootTaskId ?? null;
    return insertMessage(tx, { ...base, state: 'delivered', rootTaskId: root });
  }
  if (content.files?.length && to.kind === 'task') await addFiles(tx, to.id ?? '', content.files);
  if (to.kind === 'task') {
    tx.wake({ target: `task/${to.id}`, label: to.name, rootTaskId: to.rootId ?? null });
    return insertMessage(tx, { ...base, taskId: to.id, rootTaskId: to.rootId ?? null });
  }
  if (type === 'capability_inquiry') return answerFromRegistry(tx, accepting, base);
  if (!wantsAnswer(type)) return insertMessage(tx, base);
  const taskId = await startTask(tx, accepting);
  const rootTaskId = accepting.fromTask?.rootId ?? taskId;
  return insertMessage(tx, { ...base, taskId, rootTaskId });
}

function rowOf({ from, fromTask, to, type, content, step, ...rest }: Accepting): NewMessage {
  return {
    recipient: `${to.kind}/${to.id ?? 'any'}`,
    fromKind: from.kind,
    fromId: from.id,
    fromTaskId: fromTask?.id ?? null,
    toKind: to.kind,
    toId: to.id,
    type,
    content,
    priority: rest.priority ?? 1,
    deadline: rest.deadline ?? null,
    hops: rest.hops ?? 0,
    toolKey: rest.toolKey ?? null,
    runId: step?.runId ?? null,
    stepKey: step?.stepKey ?? null,
    ...(rest.correlationId ? { correlationId: rest.correlationId } : {}),
  };
}

/** No model is asked: what an agent can do and how busy it is stands in the record. */
async function answerFromRegistry(tx: Tx, { to }: Accepting, base: NewMessage): Promise<Accepted> {
  const asked = insertMessage(tx, { ...base, state: 'delivered' });
  const data = await readCapabilities(tx, to.id ?? '');
  const skills = data.capabilities.map(({ name, level }) => `${name} ${level}`).join(', ') || 'none named';
  const text = `${data.name} is ${data.status}, ${data.active} of ${data.maxConcurrent} slots taken. Capabilities: ${skills}.`;
  const from = { kind: 'agent' as const, id: to.id ?? '' };
  const answer = await answerMessage(tx, asked, {
    from,
    type: 'capability_response',
    content: { text, data },
  });
  return { id: asked.id, answeredBy: answer.id };
}

/** Below the task whose agent asks, so that it is cancelled and paid for with it; a goal of its own when a person asks. */
async function startTask(
  tx: Tx,
  { from, fromTask, to, content, priority = 1, deadline = null }: Accepting,
): Promise<string> {
  const id = newId('task');
  const rootId = fromTask?.rootId ?? id;
  const goal = contentText(content);
  const title = titleOfText(content.text);
  await insertTask(tx, {
    id,
    rootId,
    role: to.role ?? 'master_operator',
    title,
    goal,
    status: 'pending',
    priority,
    depth: fromTask ? fromTask.depth + 1 : 0,
    actor: from.id,
    parentId: fromTask?.id ?? null,
    wantedAgentId: to.id,
    deadline,
  });
  if (!fromTask) await openGoalPurse(tx, id, await goalLimits(tx));
  if (content.files?.length) await addFiles(tx, id, content.files);
  const parentId = fromTask?.id ?? null;
  tx.emit(
    { stream: `task/${id}`, type: 'task.created', data: { title, parentId, runId: null } },
    { rootTaskId: rootId },
  );
  tx.wake({ target: `task/${id}`, label: title, rootTaskId: rootId });
  return id;
}

async function addFiles(tx: Tx, taskId: string, files: string[]): Promise<void> {
  await tx.sql(
    `INSERT INTO task_files (task_id, file_id, position)
     SELECT $1, f.id, coalesce((SELECT max(position) FROM task_files WHERE task_id = $1), 0) + min(n)
       FROM unnest($2::text[]) WITH ORDINALITY AS f (id, n)
      WHERE NOT EXISTS (SELECT 1 FROM task_files WHERE task_id = $1 AND file_id = f.id) GROUP BY f.id`,
    [taskId, files],
  );
}
