import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../shell/api.ts';
import { useLive } from '../shell/live.tsx';

const key = ['goals'];
const pauseMs = 1000;

export function useGoals() {
  return useQuery({
    queryKey: key,
    queryFn: () => api.tasks.list({ filter: 'depth == 0', orderBy: 'createdAt desc', pageSize: 20 }),
    refetchInterval: 30_000,
  });
}

/** The list is read again when something happens in the workspace, at most once a second. */
export function useGoalsLive(): void {
  const live = useLive();
  const queries = useQueryClient();
  useEffect(() => {
    if (!live) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: key });
      }, pauseMs);
    };
    const leave = live.follow('workspace', {
      event: ({ type }) => {
        if (type.startsWith('task.') || type === 'model.called') look();
      },
      caughtUp: look,
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [live, queries]);
}
