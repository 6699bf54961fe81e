import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { CallText } from '../../../client/index.ts';
import { api } from '../shell/api.ts';
import { useLive } from '../shell/live.tsx';
import { navigate } from '../shell/router.ts';
import { chatAddress } from './address.ts';

/** Without the live feed it is asked now and then. */
const lookEveryMs = 10_000;

export function useChat(id: string) {
  return useQuery({
    queryKey: ['chat', id],
    queryFn: () => api.conversations.read(id),
    refetchInterval: lookEveryMs,
  });
}

/** What was said, the oldest first; a chat of months comes page by page from its end. */
export function useSaid(id: string) {
  return useInfiniteQuery({
    queryKey: ['chat', id, 'said'],
    queryFn: ({ pageParam }) =>
      api.conversations.messages(id, {
        orderBy: 'place desc',
        pageSize: 50,
        ...(pageParam === null ? {} : { pageToken: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextPageToken }) => nextPageToken,
    select: ({ pages }) => pages.flatMap(({ items }) => items).toReversed(),
    refetchInterval: lookEveryMs,
  });
}

/** Follows a chat; answers with the reply that is being written, as far as it has come. */
export function useChatLive(id: string): string | null {
  const live = useLive();
  const queries = useQueryClient();
  const [text, setText] = useState<CallText | null>(null);
  const newest = useRef<CallText | null>(null);
  useEffect(() => {
    if (!live) return undefined;
    let frame = 0;
    const look = () => queries.invalidateQueries({ queryKey: ['chat', id] });
    const leave = live.follow(`conversation/${id}`, {
      event: ({ type, data }) => {
        const replied = type === 'message.accepted' && String(data.from).startsWith('agent/');
        const written = newest.current;
        // The text stays until the stored one is there instead.
        void look().then(() => {
          if (replied) setText((shown) => (shown?.callId === written?.callId ? null : shown));
        });
      },
      caughtUp: () => void look(),
      text: (piece) => {
        newest.current = piece;
        if (frame !== 0) return;
        frame = requestAnimationFrame(() => {
          frame = 0;
          setText(newest.current);
        });
      },
    });
    return () => {
      leave();
      cancelAnimationFrame(frame);
    };
  }, [live, queries, id]);
  return text?.text ?? null;
}

/** Everything that changes a chat; it is read again afterwards, also after a refusal. */
export function useChatActs(id: string) {
  const queries = useQueryClient();
  const again = { onSettled: () => queries.invalidateQueries({ queryKey: ['chat', id] }) };
  const everywhere = {
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['chats'] });
      return queries.invalidateQueries({ queryKey: ['chat', id] });
    },
  };
  return {
    say: useMutation({ mutationFn: (text: string) => api.conversations.say(id, text), ...again }),
    stop: useMutation({ mutationFn: () => api.conversations.stop(id), ...again }),
    anew: useMutation({
      mutationFn: (messageId: string) => api.conversations.regenerate(id, messageId),
      ...again,
    }),
    rename: useMutation({
      mutationFn: (title: string) => api.conversations.rename(id, title),
      ...everywhere,
    }),
    archive: useMutation({ mutationFn: () => api.conversations.archive(id), ...everywhere }),
    branch: useMutation({
      mutationFn: (messageId: string) => api.conversations.branch(id, messageId),
      onSuccess: (branch) => navigate(chatAddress(branch.id)),
      onSettled: () => queries.invalidateQueries({ queryKey: ['chats'] }),
    }),
  };
}

export type ChatActs = ReturnType<typeof useChatActs>;

/** The task that is a reply tells why it does not come. */
export function useReplyTask(taskId: string | null) {
  return useQuery({
    queryKey: ['step', 'reply', taskId],
    queryFn: () => api.tasks.read(taskId ?? ''),
    enabled: taskId !== null,
    refetchInterval: 3000,
  });
}
