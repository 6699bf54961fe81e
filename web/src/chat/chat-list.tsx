import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Conversation } from '../../../src/contracts/conversation.ts';
import { AgentTile } from '../icons/agent-tile.tsx';
import { Icon } from '../icons/icon.tsx';
import { api } from '../shell/api.ts';
import { LoadFailed } from '../shell/load-failed.tsx';
import { linkTo } from '../shell/router.ts';
import { absolute, age } from '../words/format.ts';
import { chatAddress } from './address.ts';

interface ChatListProps {
  /** In the language of lists; without it, every chat of the workspace. */
  filter?: string;
  now: number;
}

/** Chats, the one with the newest word first; those put away on demand. Nothing where there is none. */
export function ChatList({ filter, now }: ChatListProps) {
  const [archived, setArchived] = useState(false);
  const open = useChats('!archived', filter);
  const away = useChats('archived', filter);
  const { data, error, refetch } = archived ? away : open;
  if (error && !data) return <LoadFailed what="the chats" error={error} retry={() => void refetch()} />;
  const put = away.data?.totalSize ?? 0;
  if (!data || (open.data?.totalSize === 0 && put === 0)) return null;
  return (
    <section className="card" aria-labelledby="chats">
      <div className="hd">
        <h2 id="chats">{archived ? 'Archived chats' : 'Chats'}</h2>
        <span className="ts t3 tn">{data.totalSize}</span>
        <span className="grow" />
        {(archived || put > 0) && (
          <button type="button" className="btn sm ghost" onClick={() => setArchived(!archived)}>
            {archived ? 'Open ones' : 'Archived'}
          </button>
        )}
      </div>
      {data.items.length === 0 && <p className="bd2 t2">No open chat.</p>}
      <ul>
        {data.items.map((chat) => (
          <li key={chat.id}>
            <ChatRow chat={chat} now={now} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function useChats(which: string, filter: string | undefined) {
  return useQuery({
    queryKey: ['chats', which, filter ?? ''],
    queryFn: () =>
      api.conversations.list({
        filter: filter ? `${which} && ${filter}` : which,
        orderBy: 'updatedAt desc',
        pageSize: 20,
      }),
  });
}

function ChatRow({ chat, now }: { chat: Conversation; now: number }) {
  const { id, agent, title, lastMessage, updatedAt } = chat;
  return (
    <a className="sr inset" {...linkTo(chatAddress(id))}>
      <AgentTile agent={agent} />
      <span className="grow">
        <span className="fm blk ell">{title}</span>
        <span className="ts t3 blk ell">
          {lastMessage?.from.kind === 'person' ? 'You: ' : `${agent.name}: `}
          {lastMessage?.content.text}
        </span>
      </span>
      <time className="ts t3 nw" dateTime={updatedAt} title={absolute(updatedAt)}>
        {age(updatedAt, now)}
      </time>
      <Icon name="right" small className="t3" />
    </a>
  );
}
