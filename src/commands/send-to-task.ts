import type { SendToTask } from '../contracts/message.ts';
import { findRecipient, type Recipient } from '../db/messages/recipient.ts';
import type { Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import type { Caller } from './caller.ts';
import { decideApproval } from './decide-approval.ts';
import { sendMessage } from './send-message.ts';
import type { ToolsOf } from './tools-of.ts';
import { headOf } from '../core/context/clip.ts';

export interface MessageToTask {
  taskId: string;
  /** The task, as `findTask` has found and locked it. */
  to: Recipient;
  message: SendToTask;
  toolsOf: ToolsOf;
}

/** To be sent ahead of `sendToTask`. */
export function findTask(tx: Tx, taskId: string): Promise<Recipient> {
  return findRecipient(tx, { kind: 'task', id: taskId }, true);
}

/** Characters of the message that stand as the note of its decision. */
const noteCharacters = 2000;

/**
 * A person's message to a task. It may carry a decision about an approval that the task, or one below it, waits for.
 * @throws AppError as sendMessage and decideApproval; then neither has happened
 */
export async function sendToTask(
  tx: Tx,
  caller: Caller,
  { taskId, to, message: { decision, ...message }, toolsOf }: MessageToTask,
): Promise<{ id: string }> {
  const sent = await sendMessage(tx, caller, { ...message, to: { kind: 'task', id: taskId } }, to);
  if (!decision) return sent;
  const { approvalId, verdict, arguments: args } = decision;
  await requireOfTask(tx, approvalId, taskId);
  const note = headOf(message.content.text.trim(), noteCharacters) || undefined;
  const decided =
    verdict === 'approve'
      ? { approvalId, status: 'approved' as const, note, arguments: args }
      : { approvalId, status: 'denied' as const, note };
  await decideApproval(tx, caller, { decision: decided, toolsOf });
  return sent;
}

async function requireOfTask(tx: Tx, approvalId: string, taskId: string): Promise<void> {
  const found = await tx.sql(
    'SELECT id FROM approvals WHERE id = $1 AND workspace_id = $2 AND (task_id = $3 OR root_task_id = $3)',
    [approvalId, tx.workspaceId, taskId],
  );
  if (found.length > 0) return;
  const message = `Neither this task nor one below it has asked for ${approvalId}.`;
  throw new AppError('invalid_request', message, {
    problems: [{ pointer: '/decision/approvalId', code: 'not_found', message }],
  });
}
