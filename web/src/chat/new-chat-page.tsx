import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Agent } from '../../../src/contracts/agent.ts';
import { AgentTile } from '../icons/agent-tile.tsx';
import { WriteBox } from '../message/write-box.tsx';
import { api } from '../shell/api.ts';
import { LoadFailed } from '../shell/load-failed.tsx';
import { linkTo, navigate, useAddress } from '../shell/router.ts';
import { useNow } from '../shell/use-now.ts';
import { chatAddress } from './address.ts';
import { ChatBar } from './chat-bar.tsx';
import { ChatList } from './chat-list.tsx';

/** `?agent=ID`, and `&task=ID` for what it is about. There is no chat yet: the first message makes it. */
export function NewChatPage({ mayAct }: { mayAct: boolean }) {
  const { query } = useAddress();
  const agentId = query.get('agent') ?? '';
  const taskId = query.get('task');
  const agent = useQuery({ queryKey: ['agents', agentId], queryFn: () => api.agents.read(agentId) });
  useEffect(() => {
    document.title = 'New chat · Adjutant';
  }, []);
  return (
    <>
      <ChatBar {...(agent.data ? { agent: agent.data } : {})} title="new chat" taskId={taskId} />
      {agent.error && !agent.data && (
        <div className="m-auto">
          <LoadFailed what="this agent" error={agent.error} retry={() => void agent.refetch()} />
        </div>
      )}
      {agent.data && <Begin agent={agent.data} taskId={taskId} mayAct={mayAct} />}
    </>
  );
}

interface BeginProps {
  agent: Agent;
  taskId: string | null;
  mayAct: boolean;
}

function Begin({ agent, taskId, mayAct }: BeginProps) {
  const queries = useQueryClient();
  const now = useNow(30_000);
  const about = useQuery({
    queryKey: ['step', 'queue', taskId],
    queryFn: () => api.tasks.read(taskId ?? ''),
    enabled: taskId !== null,
  });
  const begin = useMutation({
    mutationFn: (text: string) =>
      api.conversations.create({ agentId: agent.id, ...(taskId ? { taskId } : {}), message: { text } }),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['chats'] });
      navigate(chatAddress(id), { replace: true });
    },
  });
  return (
    <section className="log chat scroll grow" tabIndex={0} aria-label="Chat">
      <div className="col">
        <div className="row top">
          <AgentTile agent={agent} />
          <div className="grow">
            <p className="fs">{agent.name}</p>
            <p className="t2">
              {about.data ? (
                <>
                  Knows how{' '}
                  <a className="link" {...linkTo(`/tasks/${about.data.rootId}`)}>
                    {about.data.title}
                  </a>{' '}
                  stands when it answers. To change what it does, say so in the task itself.
                </>
              ) : (
                'Answers at any time, also while it works. Nothing that is said here changes a task by itself.'
              )}
            </p>
          </div>
        </div>
        <ChatList filter={`agentId == "${agent.id}"${taskId ? ` && taskId == "${taskId}"` : ''}`} now={now} />
        {mayAct ? (
          <WriteBox
            name={`Message to ${agent.name}`}
            placeholder={`Message ${agent.name}`}
            busy={begin.isPending}
            error={begin.error}
            send={(text) => begin.mutate(text)}
            autoFocus
          />
        ) : (
          <p className="t2">Viewers read chats; operators and owners begin them.</p>
        )}
      </div>
    </section>
  );
}
