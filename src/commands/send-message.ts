import type { MessageType, SendMessage } from '../contracts/message.ts';
import { priorities } from '../contracts/task.ts';
import { messageProblems } from '../core/messages/check-message.ts';
import { acceptMessage } from '../db/messages/accept.ts';
import { answerMessage } from '../db/messages/answer.ts';
import { loadMessage, lockMessage } from '../db/messages/message-store.ts';
import { type Addressed, findRecipient, type Recipient } from '../db/messages/recipient.ts';
import type { MessageRow } from '../db/mappings/message.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound, type Problem } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * A person's message to an agent or a task, or the answer to what was asked of people.
 * @param named whom the address names, as it was found, and locked: one that is not there is not found
 * @throws AppError forbidden, not_found; undeliverable with every problem and its place: nothing was changed
 */
export async function sendMessage(
  tx: Tx,
  caller: Caller,
  input: Omit<SendMessage, 'to'> & { to?: Addressed | undefined },
  named?: Recipient,
): Promise<{ id: string }> {
  requireOperator(caller);
  const known = input.replyTo === undefined ? null : await loadMessage(tx, input.replyTo);
  const to = named ?? (input.to ? await findRecipient(tx, input.to, true) : await askerOf(tx, known));
  // After its task, which withdraws its questions while it holds its own lock.
  const asked = known && (await lockMessage(tx, known.id));
  if (named && !named.known) throw notFound(named.kind, named.id ?? '');
  const type = input.type ?? defaultType(input);
  const deadline = input.deadline ? new Date(input.deadline) : null;
  const problems = messageProblems({
    now: new Date(),
    type,
    deadline,
    sender: { kind: 'person', id: caller.principalId, taskId: null },
    to,
    replied: input.replyTo === undefined ? null : repliedOf(asked),
  });
  if (asked && input.to && !isAsker(asked, input.to)) problems.push(notTheAsker);
  problems.push(...(await fileProblems(tx, input.content.files ?? [])));
  if (problems.length > 0)
    throw new AppError('undeliverable', problems[0]?.message ?? 'The message cannot be delivered.', {
      problems,
    });
  const from = { kind: 'person' as const, id: caller.principalId };
  const priority = priorities.indexOf(input.priority);
  const { content } = input;
  if (asked && type === 'reply') return answerMessage(tx, asked, { from, type, content, priority, deadline });
  if (!to) throw new AppError('internal', 'A message without a recipient passed its checks.');
  const thread = asked ? { correlationId: asked.correlationId } : {};
  return acceptMessage(tx, { from, fromTask: null, to, type, content, priority, deadline, ...thread });
}

function defaultType({ replyTo, to }: { replyTo?: unknown; to?: Addressed | undefined }): MessageType {
  if (replyTo !== undefined) return 'reply';
  return to?.kind === 'agent' ? 'request' : 'inform';
}

/** Who asked: the task whose agent did. A run's step has no recipient to be checked: an answer to it is a row of its own. */
async function askerOf(tx: Tx, asked: MessageRow | null) {
  return asked?.fromTaskId ? findRecipient(tx, { kind: 'task', id: asked.fromTaskId }, true) : null;
}

function isAsker(asked: MessageRow, to: Addressed): boolean {
  return to.id === asked.fromTaskId || to.id === asked.fromId;
}

const notTheAsker: Problem = {
  pointer: '/to',
  code: 'not_the_asker',
  message: 'An answer goes to whoever asked: leave "to" out.',
};

function repliedOf(asked: MessageRow | null) {
  if (!asked) return { known: false };
  const { toKind, state, reason } = asked;
  return { known: true, toKind, answered: asked.answeredBy !== null, state, reason };
}

async function fileProblems(tx: Tx, files: string[]): Promise<Problem[]> {
  if (files.length === 0) return [];
  const rows = await tx.sql<{ id: string }>(
    'SELECT id FROM files WHERE id = ANY ($1) AND workspace_id = $2',
    [files, tx.workspaceId],
  );
  const known = new Set(rows.map(({ id }) => id));
  return files.flatMap((id, i) =>
    known.has(id)
      ? []
      : [{ pointer: `/content/files/${i}`, code: 'unknown_file', message: `There is no file ${id}.` }],
  );
}
