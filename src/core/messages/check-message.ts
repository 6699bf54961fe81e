/** What is wrong with a message before it is accepted: everything at once, each with its place. Nothing here changes anything. */
import type { MessageState, TaskStatus } from '../../contracts/status.ts';
import { isFinished } from '../../contracts/status.ts';
import type { MessageType } from '../../contracts/message.ts';
import type { Problem } from '../../errors.ts';

export interface RecipientFacts {
  kind: 'agent' | 'task' | 'person';
  id: string | null;
  known: boolean;
  /** Of an agent. */
  archived?: boolean;
  /** Of a task. */
  status?: TaskStatus;
  cancelRequested?: boolean;
}

export interface RepliedFacts {
  known: boolean;
  toKind?: string;
  answered?: boolean;
  state?: MessageState;
  /** Why it was withdrawn. */
  reason?: string | null;
}

export interface MessageFacts {
  now: Date;
  type: MessageType;
  deadline: Date | null;
  /** The agent or person who sends, and the task that the agent works on. */
  sender: { kind: 'agent' | 'person'; id: string; taskId: string | null };
  /** Null: the message does not say whom it is for. */
  to: RecipientFacts | null;
  /** Null: it answers nothing. */
  replied: RepliedFacts | null;
}

export function messageProblems(facts: MessageFacts): Problem[] {
  return [...recipientProblems(facts), ...replyProblems(facts), ...deadlineProblems(facts)];
}

function recipientProblems({ to, sender, replied }: MessageFacts): Problem[] {
  if (!to) {
    if (replied) return [];
    return [{ pointer: '/to', code: 'required', message: 'Say whom the message is for.' }];
  }
  const problem = (code: string, message: string) => [{ pointer: '/to/id', code, message }];
  if (!to.known) return problem(`unknown_${to.kind}`, `There is no ${to.kind} ${to.id}.`);
  if (to.id !== null && (to.id === sender.taskId || to.id === sender.id))
    return problem('to_itself', `A message to oneself goes nowhere: this ${to.kind} is the sender.`);
  if (to.archived) return problem('archived_agent', 'The agent is archived: it takes no messages any more.');
  if (to.status && isFinished(to.status))
    return problem('task_finished', `The task is ${to.status}: nobody works on it who could read this.`);
  if (to.cancelRequested)
    return problem('task_finished', 'The task is being cancelled: nobody would read this.');
  return [];
}

function replyProblems({ type, replied, sender }: MessageFacts): Problem[] {
  const problem = (code: string, message: string) => [{ pointer: '/replyTo', code, message }];
  if (!replied)
    return type === 'reply' ? problem('required', 'A reply names the message that it answers.') : [];
  if (!replied.known) return problem('unknown_message', 'There is no such message.');
  if (sender.kind === 'person' && replied.toKind !== 'person')
    return problem('not_asked', 'This message was not for people: there is nothing to answer.');
  if (replied.state === 'expired')
    return problem('expired', 'The message has expired: an answer would reach nobody.');
  if (replied.state === 'withdrawn')
    return problem('withdrawn', `The question was withdrawn: ${replied.reason ?? 'nobody needs an answer.'}`);
  if (replied.answered) return problem('already_answered', 'This message has been answered already.');
  return [];
}

function deadlineProblems({ deadline, now }: MessageFacts): Problem[] {
  if (!deadline || deadline > now) return [];
  const message = `The deadline ${deadline.toISOString()} is over already.`;
  return [{ pointer: '/deadline', code: 'past_deadline', message }];
}
