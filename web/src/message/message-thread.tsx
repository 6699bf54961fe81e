import type { Message } from '../../../src/contracts/message.ts';
import type { TaskTree } from '../../../src/contracts/task.ts';
import { absolute, ago } from '../words/format.ts';
import { QuestionCard } from './question-card.tsx';
import { useQuestions, useTaskMessages } from './use-messages.ts';

interface ThreadProps {
  tree: TaskTree;
  now: number;
  mayAct: boolean;
}

/** What people and the Chief of Staff wrote to each other, and what any agent below asks a person. */
export function MessageThread({ tree, now, mayAct }: ThreadProps) {
  const { data } = useTaskMessages(tree.task.id);
  const asked = useQuestions().data?.items ?? [];
  const tasks = new Map(tasksOf(tree).map(({ task }) => [task.id, task]));
  const here = asked.filter(({ fromTaskId }) => fromTaskId !== null && tasks.has(fromTaskId));
  const open = new Set(here.map(({ id }) => id));
  const said = (data?.items ?? []).filter(
    ({ id, from, to }) => !open.has(id) && (from.kind === 'person' || to.kind === 'person'),
  );
  return (
    <>
      {said.map((message) => (
        <Said key={message.id} message={message} now={now} />
      ))}
      {here.map((question) => (
        <QuestionCard key={question.id} question={question} now={now} mayAct={mayAct} />
      ))}
    </>
  );
}

export function tasksOf(tree: TaskTree): TaskTree[] {
  return [tree, ...tree.children.flatMap(tasksOf)];
}

const words: Record<Message['state'], string> = {
  accepted: 'sent',
  delivered: 'delivered',
  read: 'read',
  acknowledged: 'read',
  expired: 'expired',
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
        {mine && `, ${words[state]}`}
        {state === 'expired' && reason && `: ${reason}`}
      </p>
    </article>
  );
}
