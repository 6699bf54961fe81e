import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { Task } from '../../../src/contracts/task.ts';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';
import { ratingWord, ratings } from './rating-words.ts';

interface RateResultProps {
  task: Task;
  mayAct: boolean;
}

/** How good a result is, under the result. One press says it; a word on it may follow. */
export function RateResult({ task, mayAct }: RateResultProps) {
  const queries = useQueryClient();
  const rate = useMutation({
    mutationFn: (given: { rating: number; note: string }) => api.tasks.rate(task.id, given),
    // Pressed again while one is being saved: one after the other, and the last one stays.
    scope: { id: `rating of ${task.id}` },
    onSettled: () => queries.invalidateQueries({ queryKey: ['tree'] }),
  });
  const stored = task.rating;
  if (!mayAct && !stored) return null;
  const shown = (rate.isPending ? rate.variables.rating : stored?.rating) ?? 0;
  const note = stored?.note ?? '';
  return (
    <div className="rate">
      <div className="row wrap">
        <span className="ts t2 nw">{mayAct ? 'How good is it?' : 'Rated'}</span>
        <Stars
          shown={shown}
          {...(mayAct ? { choose: (rating: number) => rate.mutate({ rating, note }) } : {})}
        />
        <span className="ts t2 grow" role="status">
          {ratingWord(shown)}
        </span>
      </div>
      {stored && mayAct ? (
        <Note key={note} note={note} rate={rate} rating={stored.rating} />
      ) : (
        note && <p className="ts t2">“{note}”</p>
      )}
      {rate.error && (
        <p className="ts s-failed" role="alert">
          {rate.error.message}
        </p>
      )}
    </div>
  );
}

function Stars({ shown, choose }: { shown: number; choose?: (rating: number) => void }) {
  if (!choose)
    return (
      <span className="stars" role="img" aria-label={`${shown} of 5`}>
        {ratings.map((n) => (
          <i key={n} className={n <= shown ? 'on' : ''}>
            <Icon name="star" />
          </i>
        ))}
      </span>
    );
  return (
    <span className="stars" role="group" aria-label="Rate the result">
      {ratings.map((n) => (
        <button
          key={n}
          type="button"
          className={n <= shown ? 'on' : ''}
          aria-label={`${n} of 5, ${ratingWord(n).toLowerCase()}`}
          title={ratingWord(n)}
          aria-pressed={n === shown}
          onClick={() => choose(n)}
        >
          <Icon name="star" />
        </button>
      ))}
    </span>
  );
}

interface NoteProps {
  note: string;
  rating: number;
  rate: { isPending: boolean; mutate: (given: { rating: number; note: string }) => void };
}

function Note({ note, rating, rate }: NoteProps) {
  const ids = useId();
  const [text, setText] = useState(note);
  const changed = text.trim() !== note;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (changed && !rate.isPending) rate.mutate({ rating, note: text.trim() });
  };
  return (
    <form className="row" onSubmit={save}>
      <label className="vh" htmlFor={ids}>
        What was good or wrong
      </label>
      <input
        id={ids}
        className="inp grow"
        maxLength={2000}
        placeholder="What was good or wrong (optional)"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {changed && (
        <button type="submit" className="btn" disabled={rate.isPending}>
          {rate.isPending ? 'Saving' : 'Save'}
        </button>
      )}
    </form>
  );
}
