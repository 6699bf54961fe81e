import { type ReactNode, createContext, useContext, useSyncExternalStore } from 'react';
import { type LiveClient, type LiveStatus, createLiveClient } from '../../../client/index.ts';

/** One connection for as long as the page is open, made when somebody is signed in. */
let connection: LiveClient | undefined;

function connect(): LiveClient {
  const live = createLiveClient();
  addEventListener('online', () => live.connect());
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) live.connect();
  });
  return live;
}

const LiveContext = createContext<LiveClient | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  connection ??= connect();
  return <LiveContext value={connection}>{children}</LiveContext>;
}

export function useLive(): LiveClient | null {
  return useContext(LiveContext);
}

const unknown: LiveStatus = { state: 'connecting', heardAt: null, caughtUp: { events: 0, of: null } };
const never = () => () => undefined;

export function useLiveStatus(): LiveStatus {
  const live = useLive();
  return useSyncExternalStore(live ? live.onStatus : never, live ? live.status : () => unknown);
}
