import { useEffect } from 'react';
import { ChatList } from '../chat/chat-list.tsx';
import { LoadFailed } from '../shell/load-failed.tsx';
import { Loading } from '../shell/loading.tsx';
import { ThemeButton } from '../shell/shell.tsx';
import { useNow } from '../shell/use-now.ts';
import { AgentRow } from './agent-row.tsx';
import { useAgents } from './use-agents.ts';

/** Who is there, what each can do and how busy it is; from here one talks with any of them. */
export function AgentsPage({ mayAct }: { mayAct: boolean }) {
  const agents = useAgents();
  const now = useNow(30_000);
  useEffect(() => {
    document.title = 'Agents · Adjutant';
  }, []);
  const { data, error, refetch } = agents;
  return (
    <>
      <header className="bar">
        <h1>Agents</h1>
        <span className="ts t3 tn">{data?.totalSize}</span>
        <span className="grow" />
        <ThemeButton className="phone" />
      </header>
      <div className="scroll grow fr" tabIndex={0} role="region" aria-label="Agents and chats">
        <div className="fc set">
          {!data && error && <LoadFailed what="the agents" error={error} retry={() => void refetch()} />}
          {!data && !error && <Loading what="agents" />}
          {data && (
            <ul className="card" aria-label="Agents">
              {data.items.map((agent) => (
                <li key={agent.id}>
                  <AgentRow agent={agent} mayAct={mayAct} />
                </li>
              ))}
            </ul>
          )}
          {data && data.items.length < data.totalSize && (
            <p className="ts t3 tn">
              {data.items.length} of {data.totalSize} are shown; the API has all.
            </p>
          )}
          <ChatList now={now} />
        </div>
      </div>
    </>
  );
}
