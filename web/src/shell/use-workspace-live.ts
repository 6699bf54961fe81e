import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from './live.tsx';

const pauseMs = 1000;

/** Follows the whole workspace, once for the page: the goals and what needs a person are read again, at most once a second. */
export function useWorkspaceLive(): void {
  const live = useLive();
  const queries = useQueryClient();
  useEffect(() => {
    if (!live) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const queryKey of [['goals'], ['step', 'inbox'], ['step', 'questions']])
          void queries.invalidateQueries({ queryKey });
      }, pauseMs);
    };
    const leave = live.follow('workspace', {
      event: ({ type }) => {
        if (/^(task|approval|message|plan|guard|budget|agent)\.|^model\.called$/.test(type)) look();
      },
      caughtUp: look,
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [live, queries]);
}
