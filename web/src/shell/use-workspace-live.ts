import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLive } from './live.tsx';

const pauseMs = 1000;

/** What is read again when something of a kind happens anywhere. */
const concerned: readonly (readonly [types: RegExp, queryKeys: readonly string[][]])[] = [
  [
    /^(task|run|step|approval|message|plan|guard|budget|agent)\.|^model\.called$/,
    [['goals'], ['step', 'inbox'], ['step', 'questions']],
  ],
  [/^agent\./, [['agents']]],
  [/^(conversation|message)\./, [['chats']]],
];

/** Follows the whole workspace, once for the page: the lists are read again, at most once a second. */
export function useWorkspaceLive(): void {
  const live = useLive();
  const queries = useQueryClient();
  useEffect(() => {
    if (!live) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stale = new Set<readonly string[]>();
    const look = (keys: readonly (readonly string[])[]) => {
      for (const key of keys) stale.add(key);
      if (stale.size === 0) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const queryKey of stale) void queries.invalidateQueries({ queryKey });
        stale.clear();
      }, pauseMs);
    };
    const leave = live.follow('workspace', {
      event: ({ type }) => look(concerned.flatMap(([types, keys]) => (types.test(type) ? keys : []))),
      caughtUp: () => look(concerned.flatMap(([, keys]) => keys)),
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [live, queries]);
}
