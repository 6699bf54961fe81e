/** Whether a person may take a message back: as long as it can make a difference to whoever would read it. */
import { type MessageType, wantsAnswer } from '../../contracts/message.ts';
import type { MessageState } from '../../contracts/status.ts';

export interface SentFacts {
  fromKind: 'agent' | 'person' | 'run';
  type: MessageType;
  state: MessageState;
  answeredBy: string | null;
  conversationId: string | null;
}

/** @returns why not; null when it can be withdrawn */
export function whyNotWithdrawn({
  fromKind,
  type,
  state,
  answeredBy,
  conversationId,
}: SentFacts): string | null {
  if (fromKind !== 'person')
    return 'No person wrote it: whoever asked withdraws it, or ends with its task or run.';
  if (conversationId !== null) return 'It stands in a conversation: stop the reply there.';
  if (state === 'expired') return 'The message has expired: there is nothing left to withdraw.';
  if (answeredBy !== null) return 'The message has been answered already.';
  // Whoever asked would wait for ever.
  if (type === 'reply') return 'It is the answer to a question: write another message to correct it.';
  const unread = state === 'accepted' || state === 'delivered';
  return unread || wantsAnswer(type) ? null : 'The message has been read already: write another one.';
}
