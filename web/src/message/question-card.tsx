import { type FormEvent, useId, useState } from 'react';
import type { Message } from '../../../src/contracts/message.ts';
import { Icon } from '../icons/icon.tsx';
import { StatusIcon } from '../icons/status.tsx';
import { NoteField } from '../shell/note-field.tsx';
import { linkTo } from '../shell/router.ts';
import { absolute, ago } from '../words/format.ts';
import { timeLeft } from '../approval/approval-words.ts';
import { useSend } from './use-messages.ts';

interface QuestionCardProps {
  question: Message;
  now: number;
  mayAct: boolean;
  /** Where it is asked, when the card does not stand there. */
  place?: { to: string; title: string };
}

/** What an agent asks a person, with the answer in place. */
export function QuestionCard({ question, now, mayAct, place }: QuestionCardProps) {
  const ids = useId();
  const [text, setText] = useState('');
  const send = useSend();
  const answer = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '' && !send.isPending) send.mutate({ replyTo: question.id, text: text.trim() });
  };
  return (
    <section className="card ap" aria-labelledby={`${ids}title`}>
      <div className="hd">
        <StatusIcon status="waiting" />
        <h2 id={`${ids}title`} className="grow">
          {question.from.name ?? 'A workflow'} asks
        </h2>
        <Deadline question={question} now={now} />
      </div>
      <p className="bd details">{question.content.text}</p>
      {place && (
        <p className="bd ts t2">
          <a className="link" {...linkTo(place.to)}>
            {place.title}
          </a>
        </p>
      )}
      {mayAct ? (
        <form className="acts" onSubmit={answer}>
          <NoteField
            label="Answer"
            placeholder="Your answer"
            maxLength={50_000}
            value={text}
            change={setText}
          />
          <button type="submit" className="btn pri" aria-disabled={text.trim() === '' || send.isPending}>
            {send.isPending ? 'Sending' : 'Answer'}
          </button>
        </form>
      ) : (
        <p className="bd ts t2">Viewers see this; operators and owners answer.</p>
      )}
      {send.error && (
        <p className="bd ts s-failed" role="alert">
          {send.error.message}
        </p>
      )}
    </section>
  );
}

function Deadline({ question: { deadline, acceptedAt }, now }: { question: Message; now: number }) {
  if (deadline === null)
    return (
      <time className="ts t2 nw" dateTime={acceptedAt} title={absolute(acceptedAt)}>
        {ago(acceptedAt, now)}
      </time>
    );
  const left = timeLeft(deadline, now);
  return (
    <time className="row ts t2 nw tn" dateTime={deadline} title={absolute(deadline)}>
      <Icon name="clock" small />
      {left === null ? 'over' : `${left} left`}
    </time>
  );
}
