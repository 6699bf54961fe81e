import { useQuery } from '@tanstack/react-query';
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

/** Chats, the one with the newest word first. Nothing where there is none. */
export function ChatList({ filter, now }: ChatListProps) {
  const open = '!archived';
  const chats = useQuery({
    queryKey: ['chats', filter ?? ''],
    queryFn: () =>
      api.conversations.list({
        filter: filter ? `${open} && ${filter}` : open,
        orderBy: 'updatedAt desc',
        pageSize: 20,
      }),
  });
  if (chats.error && !chats.data)
    return <LoadFailed what="the chats" error={chats.error} retry={() => void chats.refetch()} />;
  if (!chats.data || chats.data.items.length === 0) return null;
  return (
    <section className="card" aria-labelledby="chats">
      <div className="hd">
        <h2 id="chats">Chats</h2>
        <span className="grow" />
        <span className="ts t3 tn">{chats.data.totalSize}</span>
      </div>
      <ul>
        {chats.data.items.map(({ id, agent, title, lastMessage, updatedAt }) => (
          <li key={id}>
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
          </li>
        ))}
      </ul>
    </section>
  );
}
