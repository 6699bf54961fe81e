import { isClosed } from '../contracts/status.ts';
import { lockMessage, moveMessages } from '../db/messages/message-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * A person has taken note of a message to people. Saying it twice is the same as saying it once.
 * @throws AppError forbidden, not_found; wrong_state when it is for an agent, has expired or was withdrawn
 */
export async function ackMessage(tx: Tx, caller: Caller, messageId: string): Promise<void> {
  requireOperator(caller);
  const message = await lockMessage(tx, messageId);
  if (!message) throw notFound('message', messageId);
  if (message.toKind !== 'person')
    throw new AppError(
      'wrong_state',
      `The message is for ${message.toKind === 'agent' ? 'an agent' : 'a task'}: its agent acknowledges it.`,
    );
  if (message.state === 'acknowledged') return;
  if (isClosed(message.state))
    throw new AppError('wrong_state', `The message is ${message.state}: it cannot be acknowledged any more.`);
  await moveMessages(tx, { ids: [messageId], to: 'acknowledged' });
}
