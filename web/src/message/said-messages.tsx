import type { Message } from '../../../src/contracts/message.ts';
import { absolute, ago } from '../words/format.ts';
import { useTaskMessages } from './use-messages.ts';

interface SaidMessagesProps {
  taskId: string;
  now: number;
  /** Those that stand elsewhere as cards. */
  except?: ReadonlySet<string>;
}

/** What people and the agent of one task wrote to each other. */
export function SaidMessages({ taskId, now, except }: SaidMessagesProps) {
  const { data } = useTaskMessages(taskId);
  return (data?.items ?? [])
    .filter(({ id, from, to }) => !except?.has(id) && (from.kind === 'person' || to.kind === 'person'))
    .map((message) => <Said key={message.id} message={message} now={now} />);
}

const words: Record<Message['state'], string> = {
  accepted: 'sent',
  delivered: 'delivered',
  read: 'read',
  acknowledged: 'read',
  expired: 'expired',
  withdrawn: 'withdrawn',
};

function Said({ message, now }: { message: Message; now: number }) {
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
    </article>
  );
}
