import { useQuery } from '@tanstack/react-query';
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
        {taskId ? (
          <TaskPage key={taskId} taskId={taskId} mayAct={session.data.role !== 'viewer'} />
        ) : path === '/inbox' ? (
          <InboxPage mayAct={session.data.role !== 'viewer'} />
        ) : path === '/models' ? (
          <ModelsPage owner={session.data.role === 'owner'} />
        ) : (
          <HomePage mayAct={session.data.role !== 'viewer'} found={path === '/'} />
        )}
      </Shell>
    </LiveProvider>
  );
}
