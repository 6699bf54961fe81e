import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api } from '../shell/api.ts';
import { useFocusBack } from '../shell/use-focus-back.ts';

/** Asks in place, where the button was. Work that is done stays stored. */
export function CancelTask({ taskId }: { taskId: string }) {
  const [asking, setAsking] = useState(false);
  const keep = useRef<HTMLButtonElement>(null);
  const opener = useFocusBack(asking);
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.tasks.cancel(taskId, 'Cancelled on the page.'),
    onSuccess: () => {
      setAsking(false);
      void queries.invalidateQueries({ queryKey: ['tree', taskId] });
    },
  });
  useEffect(() => {
    if (asking) keep.current?.focus();
  }, [asking]);
  const leave = () => setAsking(false);
  if (!asking) {
    return (
      <button ref={opener} type="button" className="btn sm danger" onClick={() => setAsking(true)}>
        Cancel
      </button>
    );
  }
  return (
    <div
      className="ask"
      role="group"
      aria-label="Cancel this goal?"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        leave();
      }}
    >
      <span
        className={cancel.error ? 's-failed ts refused' : 't2 ts desk'}
        role={cancel.error ? 'alert' : undefined}
      >
        {cancel.error ? cancel.error.message : 'Stop all steps? What is done is kept.'}
      </span>
      <button
        type="button"
        className="btn sm danger"
        aria-disabled={cancel.isPending}
        onClick={() => {
          if (!cancel.isPending) cancel.mutate();
        }}
      >
        {cancel.isPending ? 'Cancelling' : 'Cancel goal'}
      </button>
      <button ref={keep} type="button" className="btn sm ghost" onClick={leave}>
        Keep
      </button>
    </div>
  );
}
