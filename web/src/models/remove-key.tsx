import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useFocusBack } from '../shell/use-focus-back.ts';

interface RemoveKeyProps {
  /** Whose key. */
  title: string;
  remove: () => Promise<void>;
  /** What comes of it; without one, goals that need the key wait. */
  after?: string;
}

/** Asks in place. */
export function RemoveKey({ title, remove, after = 'What needs it will wait.' }: RemoveKeyProps) {
  const [asking, setAsking] = useState(false);
  const keep = useRef<HTMLButtonElement>(null);
  const opener = useFocusBack(asking);
  const queries = useQueryClient();
  const removing = useMutation({
    mutationFn: remove,
    onSuccess: () => setAsking(false),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['models'] });
      return queries.invalidateQueries({ queryKey: ['providers'] });
    },
  });
  useEffect(() => {
    if (asking) keep.current?.focus();
  }, [asking]);
  if (!asking) {
    return (
      <button ref={opener} type="button" className="btn sm ghost" onClick={() => setAsking(true)}>
        Remove<span className="vh"> {title}</span>
      </button>
    );
  }
  return (
    <div
      className="ask"
      role="group"
      aria-label={`Remove the key of ${title}?`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setAsking(false);
      }}
    >
      {removing.error ? (
        <span className="s-failed ts" role="alert">
          {removing.error.message}
        </span>
      ) : (
        <span className="t2 ts desk">{after}</span>
      )}
      <button
        type="button"
        className="btn sm danger"
        disabled={removing.isPending}
        onClick={() => removing.mutate()}
      >
        {removing.isPending ? 'Removing' : 'Remove key'}
      </button>
      <button ref={keep} type="button" className="btn sm ghost" onClick={() => setAsking(false)}>
        Keep
      </button>
    </div>
  );
}
