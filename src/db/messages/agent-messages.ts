/** Messages as an agent's tools send them, inside the transaction that its call is decided in. The caller holds the lock of its task. */
import type { MessageType } from '../../contracts/message.ts';
import { messageProblems } from '../../core/messages/check-message.ts';
import { hopsProblem, nextHops } from '../../core/messages/hops.ts';
import { contentText } from '../../core/messages/words.ts';
import type { EffectRow } from '../mappings/effect.ts';
import type { MessageRow } from '../mappings/message.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { acceptMessage } from './accept.ts';
import { answerMessage } from './answer.ts';
import { loadHops } from './heard-hops.ts';
import { lockMessage } from './message-store.ts';
import { type Addressed, findRecipient, type Recipient } from './recipient.ts';
import { waitsFor } from './waits-for.ts';

export interface AgentSays {
  /** Id or name of an agent, or the id of a task; `person`, `chief`; left out for an answer. */
  to?: string | undefined;
  type: Extract<MessageType, 'request' | 'reply' | 'inform' | 'status_update' | 'capability_inquiry'>;
  text: string;
  data?: unknown;
  replyTo?: string | undefined;
  /** ISO 8601. */
  deadline?: string | null | undefined;
  /** The call waits for the answer. */
  waits?: boolean;
}

/** `to` and `answer` as the model may read them; `waitFor`: where the answer comes from. */
export type Sent =
  | { id: string; to: string; answer: string | null; waitFor: 'person' | 'message' | null }
  | { problem: string };

export interface AgentMessages {
  send(says: AgentSays): Promise<Sent>;
}

export function agentMessages(tx: Tx, { task, effect }: { task: TaskRow; effect: EffectRow }): AgentMessages {
  return { send: (says) => send({ tx, task, effect }, says) };
}

interface Place {
  tx: Tx;
  task: TaskRow;
  effect: EffectRow;
}

async function send(place: Place, says: AgentSays): Promise<Sent> {
  const { tx, task } = place;
  const asked = says.replyTo === undefined ? null : await lockMessage(tx, says.replyTo);
  const mine = asked?.taskId === task.id ? asked : null;
  const address = says.to === undefined ? null : await addressOf(place, says.to);
  if (address && 'problem' in address) return address;
  const to = address ? await findRecipient(tx, address, false) : null;
  const deadline = says.deadline ? new Date(says.deadline) : null;
  const type = mine ? 'reply' : says.type;
  const problems = messageProblems({
    now: new Date(),
    type,
    deadline,
    sender: { kind: 'agent', id: task.agentId ?? '', taskId: task.id },
    to: mine ? null : to,
    replied:
      says.replyTo === undefined
        ? null
        : {
            known: mine !== null,
            answered: mine?.answeredBy != null,
            ...(mine ? { state: mine.state, reason: mine.reason } : {}),
          },
  });
  if (problems.length > 0) return { problem: problems.map(({ message }) => message).join('\n') };
  if (mine) return answer(place, mine, says);
  if (!to) return { problem: 'Say whom the message is for.' };
  return accept(place, { says, to, type, deadline });
}

async function answer({ tx, task }: Place, asked: MessageRow, says: AgentSays): Promise<Sent> {
  const from = { kind: 'agent' as const, id: task.agentId ?? 'system', taskId: task.id };
  const { id } = await answerMessage(tx, asked, { from, type: 'reply', content: contentOf(says) });
  return { id, to: 'whoever asked', answer: null, waitFor: null };
}

interface Accepting {
  says: AgentSays;
  to: Recipient;
  type: MessageType;
  deadline: Date | null;
}

async function accept(place: Place, { says, to, type, deadline }: Accepting): Promise<Sent> {
  const { tx, task, effect } = place;
  // The reply would wait for the person, who waits for the reply.
  if (task.conversationId && to.kind === 'person')
    return { problem: 'You are talking with a person: ask in your reply.' };
  const { heard, limit } = await loadHops(tx, task);
  const hops = nextHops([heard]);
  const allowed = limit * (1 + (task.guardsLifted?.hops ?? 0));
  const over = to.kind === 'person' ? null : hopsProblem(hops, allowed);
  if (over) return { problem: over };
  const waits = says.waits === true && type === 'request';
  if (waits && to.kind === 'task' && to.id && (await waitsFor(tx, to.id, task.id)))
    return {
      problem: `“${to.name}” waits for you itself and would answer nothing before. Answer what it asked, or go on with what you know.`,
    };
  const sent = await acceptMessage(tx, {
    from: { kind: 'agent', id: task.agentId ?? 'system' },
    fromTask: task,
    to,
    type,
    content: contentOf(says),
    priority: task.priority,
    deadline,
    hops,
    ...(waits ? { toolKey: effect.key } : {}),
  });
  const told = sent.answeredBy ? await textOf(tx, sent.answeredBy) : null;
  const waitFor = waits ? (to.kind === 'person' ? 'person' : 'message') : null;
  return { id: sent.id, to: to.name, answer: told, waitFor };
}

function contentOf({ text, data }: AgentSays) {
  return data === undefined ? { text } : { text, data };
}

async function textOf(tx: Tx, id: string): Promise<string> {
  const [row] = await tx.sql<Pick<MessageRow, 'content'>>('SELECT content FROM messages WHERE id = $1', [id]);
  return row ? contentText(row.content) : '';
}

/** A model writes names as often as ids. */
async function addressOf({ tx, task }: Place, to: string): Promise<Addressed | { problem: string }> {
  if (to === 'person') return { kind: 'person', id: null };
  if (to === 'chief') return chiefOf(tx, task);
  if (to.startsWith('tsk_')) return { kind: 'task', id: to };
  if (to.startsWith('agt_')) return { kind: 'agent', id: to };
  const rows = await tx.sql<{ id: string; name: string }>(
    `SELECT id, name FROM agents WHERE workspace_id = $1 AND archived_at IS NULL AND lower(name) = lower($2) ORDER BY id LIMIT 2`,
    [tx.workspaceId, to],
  );
  if (rows.length === 1) return { kind: 'agent', id: rows[0]?.id ?? '' };
  const several = rows.length > 1 ? `Several agents are called "${to}": name one by its id.` : null;
  return { problem: several ?? `There is no agent "${to}".` };
}

/**
 * The nearest Chief of Staff above. A Master Operator that has delegated waits for this task, and would never read what is asked of it.
 */
async function chiefOf(tx: Tx, task: TaskRow): Promise<Addressed | { problem: string }> {
  const [row] = await tx.sql<{ id: string }>(
    `WITH RECURSIVE above AS (
       SELECT id, parent_id, run_id, root_id, 0 AS steps FROM tasks WHERE id = $1 AND workspace_id = $2
       UNION ALL
       SELECT t.id, t.parent_id, t.run_id, t.root_id, a.steps + 1 FROM above a JOIN tasks t
         ON t.id = coalesce(a.parent_id, (SELECT task_id FROM runs WHERE id = a.run_id), nullif(a.root_id, a.id))
     )
     SELECT a.id FROM above a JOIN tasks t USING (id) WHERE a.steps > 0 AND t.role = 'chief_of_staff' ORDER BY a.steps LIMIT 1`,
    [task.id, tx.workspaceId],
  );
  if (row) return { kind: 'task', id: row.id };
  return { problem: 'No Chief of Staff is above this task: a person gave it. Use ask_person.' };
}
