import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { CallText } from '../../../client/index.ts';
import { api } from '../shell/api.ts';
import { useLive } from '../shell/live.tsx';
import { isOver } from '../words/status-words.ts';

/** Enough to bundle what one decision writes, short enough that nobody sees it. */
const pauseMs = 150;
/** Without the live feed the tree is asked for now and then, so that nothing stands still for ever. */
const lookEveryMs = 10_000;

/** The tree of a task, read again whenever something happens in it, and the texts that are being written there by task id. */
export function useTaskLive(taskId: string) {
  const queries = useQueryClient();
  const live = useLive();
  const [texts, setTexts] = useState<ReadonlyMap<string, CallText>>(new Map());
  const tree = useQuery({
    queryKey: ['tree', taskId],
    queryFn: () => api.tasks.tree(taskId),
    refetchInterval: ({ state }) => (state.data && isOver(state.data.task.status) ? false : lookEveryMs),
  });
  const pending = useRef(new Map<string, CallText>());

  useEffect(() => {
    if (!live) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let frame = 0;
    const look = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: ['tree', taskId] });
        void queries.invalidateQueries({ queryKey: ['step'] });
      }, pauseMs);
    };
    const leave = live.follow(`tree/${taskId}`, {
      event: ({ type, stream }) => {
        look();
        if (stream === `task/${taskId}` && type.startsWith('task.')) {
          void queries.invalidateQueries({ queryKey: ['goals'] });
        }
      },
      caughtUp: look,
      text: (text) => {
        pending.current.set(text.stream.replace(/^task\//, ''), text);
        if (frame !== 0) return;
        frame = requestAnimationFrame(() => {
          frame = 0;
          setTexts(new Map(pending.current));
        });
      },
    });
    return () => {
      leave();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [live, queries, taskId]);
  return { tree, texts };
}
