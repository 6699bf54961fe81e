import type { Message } from '../../../src/contracts/message.ts';
import { absolute, ago } from '../words/format.ts';
import { PartFailed } from '../shell/load-failed.tsx';
import { useTaskMessages, useWithdraw } from './use-messages.ts';

interface SaidMessagesProps {
  taskId: string;
  now: number;
  mayAct: boolean;
  /** Those that stand elsewhere as cards. */
  except?: ReadonlySet<string>;
}

/** What people and the agent of one task wrote to each other. */
export function SaidMessages({ taskId, now, mayAct, except }: SaidMessagesProps) {
  const found = useTaskMessages(taskId);
  const shown = (found.data?.items ?? []).filter(
    ({ id, from, to }) => !except?.has(id) && (from.kind === 'person' || to.kind === 'person'),
  );
  return (
    <>
      <PartFailed what="the messages" found={found} />
      {shown.map((message) => (
        <Said key={message.id} message={message} now={now} mayAct={mayAct} />
      ))}
    </>
  );
}

const words: Record<Message['state'], string> = {
  accepted: 'sent',
  delivered: 'delivered',
  read: 'read',
  acknowledged: 'read',
  expired: 'expired',
  withdrawn: 'withdrawn',
};

function Said({ message, now, mayAct }: { message: Message; now: number; mayAct: boolean }) {
  const mine = message.from.kind === 'person';
  const { content, acceptedAt, state, from, reason } = message;
  return (
    <article
      className={`msg ${mine ? 'me' : 'note'}`}
      aria-label={mine ? 'Message' : `Message of ${from.name ?? 'an agent'}`}
    >
      {!mine && <p className="fs ts">{from.name}</p>}
      <p className="goal">{content.text}</p>
      <p className={`ts ${state === 'expired' ? 's-failed' : 't3'}`}>
        <time dateTime={acceptedAt} title={absolute(acceptedAt)}>
          {ago(acceptedAt, now)}
        </time>
        {(mine || state === 'withdrawn') && `, ${words[state]}`}
        {(state === 'expired' || state === 'withdrawn') && reason && `: ${reason}`}
      </p>
      {mayAct && mine && isUnread(message) && <Withdraw id={message.id} />}
    </article>
  );
}

/** It steers the task at its next turn, and can be taken back until then; an answer was given. */
function isUnread({ to, replyTo, state }: Message): boolean {
  return to.kind === 'task' && replyTo === null && (state === 'accepted' || state === 'delivered');
}

function Withdraw({ id }: { id: string }) {
  const withdraw = useWithdraw();
  return (
    <>
      <button
        type="button"
        className="link ts"
        aria-disabled={withdraw.isPending}
        onClick={() => withdraw.mutate(id)}
      >
        Withdraw
      </button>
      {withdraw.error && (
        <p className="ts s-failed" role="alert">
          {withdraw.error.message}
        </p>
      )}
    </>
  );
}
