import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../commands/caller.ts';
import type { Hub, Subscribed } from './hub.ts';
import type { Sink } from './subscription.ts';

/**
 * Server-sent events over the hub: the same envelope, unnamed, with the cursor as `id:`, so that `Last-Event-ID` goes on where a
 * client was. `caught-up`, `tokens` and `going-away` are named events.
 */
export interface SseOptions {
  hub: Hub;
  heartbeatMs?: number;
  /** How long a client may take nothing before it is disconnected. */
  patienceMs?: number;
}

export interface SseWish {
  caller: Pick<Caller, 'workspaceId'>;
  stream: string;
  /** What the client saw last (a cursor, or the sequence number of a single stream); null for the beginning. */
  after: string | null;
}

export interface Sse {
  /**
   * Answers with a stream that ends with the connection. Rejects before anything is sent with `not_found` or `invalid_request`.
   * The header `Last-Event-ID` goes before `after`.
   */
  serve(request: IncomingMessage, response: ServerResponse, wish: SseWish): Promise<void>;
  /** Tells everybody to come back after `retryMs` and ends their streams. */
  goAway(retryMs: number): void;
}

const mostBytes = 256 * 1024;

export function createSse({ hub, heartbeatMs = 15_000, patienceMs = 30_000 }: SseOptions): Sse {
  const open = new Set<ServerResponse>();
  return {
    async serve(request, response, { caller, stream, after }) {
      const sink = createSseSink(response, patienceMs);
      const last = request.headers['last-event-id'];
      const from = typeof last === 'string' && last !== '' ? last : (after ?? '');
      const subscribed = await hub.subscribe({ caller, stream, after: from, sink });
      if (response.destroyed) return subscribed.close();
      begin(response, subscribed.head);
      open.add(response);
      const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs).unref();
      response.once('close', () => end(response, { heartbeat, subscribed }));
      subscribed.start();
    },
    goAway(retryMs) {
      for (const response of open) response.end(`retry: ${retryMs}\n${named('going-away', { retryMs })}`);
    },
  };

  function end(
    response: ServerResponse,
    { heartbeat, subscribed }: { heartbeat: NodeJS.Timeout; subscribed: Subscribed },
  ) {
    clearInterval(heartbeat);
    subscribed.close();
    open.delete(response);
  }
}

function begin(response: ServerResponse, head: number | string): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    // `no-transform` keeps compression from holding events back.
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
    'X-Stream-Head': String(head),
  });
  response.write('retry: 1000\n\n');
}

function createSseSink(response: ServerResponse, patienceMs: number): Sink {
  const full = () => !response.destroyed && response.writableLength > mostBytes;
  return {
    event: (event) => void response.write(`id: ${event.cursor}\ndata: ${JSON.stringify(event)}\n\n`),
    caughtUp: (message) => void response.write(named('caught-up', message)),
    tokens: (tokens) => void response.write(named('tokens', tokens)),
    full,
    drained: () =>
      new Promise((resolve) => {
        if (!full()) return resolve();
        const timer = setTimeout(() => response.destroy(), patienceMs);
        const finish = () => {
          clearTimeout(timer);
          response.off('drain', finish).off('close', finish);
          resolve();
        };
        response.once('drain', finish).once('close', finish);
      }),
  };
}

function named(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
