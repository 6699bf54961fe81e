import { useQuery } from '@tanstack/react-query';
import type { Session } from '../../src/contracts/principal.ts';
import { AgentsPage } from './agents/agents-page.tsx';
import { ChatPage } from './chat/chat-page.tsx';
import { NewChatPage } from './chat/new-chat-page.tsx';
import { HomePage } from './home/home-page.tsx';
import { InboxPage } from './inbox/inbox-page.tsx';
import { ModelsPage } from './models/models-page.tsx';
import { api, isSignedOut, remember } from './shell/api.ts';
import { LiveProvider } from './shell/live.tsx';
import { LoadFailed } from './shell/load-failed.tsx';
import { useAddress } from './shell/router.ts';
import { Shell } from './shell/shell.tsx';
import { OpenLink, SignInPage } from './shell/sign-in-page.tsx';
import { TaskPage } from './task/task-page.tsx';

export function App() {
  const { path } = useAddress();
  return path === '/sign-in' && location.hash.length > 1 ? <OpenLink /> : <SignedIn path={path} />;
}

function SignedIn({ path }: { path: string }) {
  const session = useQuery({
    queryKey: ['session'],
    queryFn: async () => remember(await api.session.read()),
    staleTime: 60_000,
  });
  if (isSignedOut(session.error) || path === '/sign-in') return <SignInPage signedIn={session.isSuccess} />;
  if (session.isPending) return <p className="vh">Loading</p>;
  if (!session.data) {
    return (
      <main className="plain" id="main">
        <LoadFailed what="the page" error={session.error} retry={() => void session.refetch()} />
      </main>
    );
  }
  const taskId = /^\/tasks\/(tsk_[0-9a-z]{26})$/.exec(path)?.[1];
  return (
    <LiveProvider>
      <Shell session={session.data} taskId={taskId} path={path}>
        <Place path={path} taskId={taskId} role={session.data.role} />
      </Shell>
    </LiveProvider>
  );
}

interface PlaceProps {
  path: string;
  taskId: string | undefined;
  role: Session['role'];
}

function Place({ path, taskId, role }: PlaceProps) {
  const mayAct = role !== 'viewer';
  const chatId = /^\/chats\/(cnv_[0-9a-z]{26})$/.exec(path)?.[1];
  if (taskId) return <TaskPage key={taskId} taskId={taskId} mayAct={mayAct} />;
  if (chatId) return <ChatPage key={chatId} id={chatId} mayAct={mayAct} />;
  switch (path) {
    case '/inbox':
      return <InboxPage mayAct={mayAct} />;
    case '/agents':
      return <AgentsPage mayAct={mayAct} />;
    case '/chats/new':
      return <NewChatPage mayAct={mayAct} />;
    case '/models':
      return <ModelsPage owner={role === 'owner'} />;
    default:
      return <HomePage mayAct={mayAct} found={path === '/'} />;
  }
}
