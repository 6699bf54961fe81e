import { type ReactNode, createContext, useContext, useEffect, useState } from 'react';
import { type LiveClient, type LiveStatus, createLiveClient } from '../../../client/index.ts';

const LiveContext = createContext<LiveClient | null>(null);

/** One connection for the page, open while somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [live, setLive] = useState<LiveClient | null>(null);
  useEffect(() => {
    const client = createLiveClient();
    setLive(client);
    const online = () => client.connect();
    addEventListener('online', online);
    return () => {
      removeEventListener('online', online);
      client.close();
    };
  }, []);
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): LiveClient | null {
  return useContext(LiveContext);
}

export function useLiveStatus(): LiveStatus {
  const live = useLive();
  const [status, setStatus] = useState<LiveStatus>({
    state: 'connecting',
    heardAt: null,
    caughtUp: { events: 0, of: null },
  });
  useEffect(() => {
    if (!live) return undefined;
    setStatus(live.status());
    return live.onStatus(setStatus);
  }, [live]);
  return status;
}
