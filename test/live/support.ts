import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import type { Caller } from '../../src/commands/caller.ts';
import type { EventEnvelope } from '../../src/contracts/event.ts';
import type { CaughtUp, SubscribeAck, Tokens } from '../../src/contracts/live.ts';
import type { Database } from '../../src/db/record.ts';
import { AppError } from '../../src/errors.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { createGateway, type GatewayOptions } from '../../src/live/gateway.ts';
import { createHub, type HubOptions } from '../../src/live/hub.ts';
import { createSse } from '../../src/live/sse.ts';
import { closeLater } from '../support/close-later.ts';
import { waitFor } from '../support/wait-for.ts';
import { logger } from '../temporal/support.ts';

/** A server with both ways to the feed. A bearer is `key of {workspace}`; SSE takes the stream and position from the query. */
export async function openServer(
  { db, feed }: { db: Database; feed: Feed },
  {
    hub: hubOptions,
    gateway: gatewayOptions,
  }: { hub?: Partial<HubOptions>; gateway?: Partial<GatewayOptions> } = {},
) {
  const hub = createHub({ db, feed, logger, ...hubOptions });
  const sse = createSse({ hub, heartbeatMs: 50 });
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://here').searchParams;
    const wish = {
      caller: { workspaceId: query.get('workspace') ?? '' },
      stream: query.get('stream') ?? '',
      after: query.get('after'),
    };
    sse.serve(request, response, wish).catch((error: AppError) => response.writeHead(404).end(error.code));
  });
  const revoked = new Set<string>();
  const gateway = createGateway({
    server,
    hub,
    logger,
    publicUrl: 'http://127.0.0.1',
    authenticate: ({ bearer }) => {
      if (!bearer?.startsWith('key of ') || revoked.has(bearer))
        return Promise.reject(
          new AppError('unauthenticated', 'This API key is not known, or it was revoked.'),
        );
      return Promise.resolve({
        workspaceId: bearer.slice(7),
        principalId: 'prn_1',
        role: 'viewer',
      } satisfies Caller);
    },
    ...gatewayOptions,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closeLater('the live server', async () => {
    gateway.goAway(100);
    sse.goAway(100);
    hub.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url, hub, gateway, sse, revoked };
}

export interface LiveClient {
  socket: Socket;
  events: EventEnvelope[];
  caughtUp: CaughtUp[];
  tokens: Tokens[];
  subscribe(stream: string, after?: number | string): Promise<SubscribeAck>;
  /** Waits until the last event says this. */
  until(text: string): Promise<EventEnvelope[]>;
}

export async function openClient(url: string, token: string): Promise<LiveClient> {
  const socket = io(url, { transports: ['websocket'], auth: { token }, reconnection: false, forceNew: true });
  closeLater('a live client', () => socket.disconnect());
  const client: LiveClient = {
    socket,
    events: [],
    caughtUp: [],
    tokens: [],
    subscribe: (stream, after) => socket.emitWithAck('subscribe', { stream, after }) as Promise<SubscribeAck>,
    until: async (text) => {
      await waitFor(() => client.events.at(-1)?.data.note === text, { what: `the event "${text}"` });
      return client.events;
    },
  };
  socket.on('event', (event: EventEnvelope) => client.events.push(event));
  socket.on('caught-up', (message: CaughtUp) => client.caughtUp.push(message));
  socket.on('tokens', (tokens: Tokens) => client.tokens.push(tokens));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return client;
}

export const notesOf = (events: EventEnvelope[]) => events.map((event) => event.data.note);
export const seqsOf = (events: EventEnvelope[]) => events.map((event) => event.seq);
export const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, index) => from + index);
