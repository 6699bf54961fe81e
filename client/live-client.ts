import { type Socket, io } from 'socket.io-client';
import type { EventEnvelope } from '../src/contracts/event.ts';
import type { CaughtUp, GoingAway, SubscribeAck, Tokens } from '../src/contracts/live.ts';
import type { Position } from './event-order.ts';
import { type StreamHandlers, StreamView } from './stream-view.ts';

/**
 * The live feed over Socket.IO.
 *
 * 1. Each stream is joined first and its backlog read after, so that nothing falls in between; what is there is dropped (event-order).
 * 2. After any break every stream is joined again with the last position that was shown.
 * 3. While a stream is behind it is asked for again every second; a silent one now and then.
 */
export type LiveState = 'connecting' | 'live' | 'catching_up' | 'offline' | 'signed_out';

export interface LiveStatus {
  state: LiveState;
  /** When the server was last heard. */
  heardAt: number | null;
  /** Events that came since the connection is back, and how many there are to come where that is known. */
  caughtUp: { events: number; of: number | null };
}

export interface LiveOptions {
  /** Default: the server that the page came from. */
  url?: string;
  /** An API key; without one the browser's session cookie counts. */
  key?: string;
  /** How often a stream that is behind is asked for again, in ms. */
  againMs?: number;
  /** How long a stream may be silent before it is asked for again, in ms. */
  silentMs?: number;
  /** How long after a refused handshake the next one is tried, in ms. */
  retryMs?: number;
}

export interface LiveClient {
  /** Answers with the way to leave. A stream is followed once; throws when it is already. */
  follow(stream: string, handlers: StreamHandlers, after?: Position): () => void;
  readonly status: () => LiveStatus;
  readonly onStatus: (listener: (status: LiveStatus) => void) => () => void;
  /** Tries at once, whatever the back-off says. */
  connect(): void;
  close(): void;
}

interface ServerEvents {
  event: (event: EventEnvelope) => void;
  'caught-up': (message: CaughtUp) => void;
  tokens: (tokens: Tokens) => void;
  'going-away': (message: GoingAway) => void;
}
interface ClientEvents {
  subscribe: (message: { stream: string; after?: Position }, ack: (answer: SubscribeAck) => void) => void;
  unsubscribe: (message: { stream: string }) => void;
}

const finalCodes = new Set(['unauthenticated', 'forbidden']);

export function createLiveClient(options: LiveOptions = {}): LiveClient {
  return new SocketLive(options);
}

class SocketLive implements LiveClient {
  private readonly socket: Socket<ServerEvents, ClientEvents>;
  private readonly views = new Map<string, StreamView>();
  private readonly listeners = new Set<(status: LiveStatus) => void>();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly retryMs: number;
  private current: LiveStatus = { state: 'connecting', heardAt: null, caughtUp: { events: 0, of: null } };
  private retry: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor({ url, key, againMs = 1000, silentMs = 20_000, retryMs = 1000 }: LiveOptions) {
    this.retryMs = retryMs;
    this.socket = io(url ?? '/', {
      transports: ['websocket'],
      reconnectionDelay: 300,
      reconnectionDelayMax: 3000,
      timeout: 5000,
      forceNew: true,
      ...(key === undefined ? {} : { auth: { token: key } }),
    });
    this.timer = setInterval(() => this.askAgain(againMs, silentMs), Math.min(againMs, silentMs) / 2);
    this.listen();
  }

  follow(stream: string, handlers: StreamHandlers, after?: Position): () => void {
    if (this.views.has(stream)) throw new Error(`${stream} is followed already.`);
    const view = new StreamView({ stream, handlers, after, ask: (position) => this.ask(view, position) });
    this.views.set(stream, view);
    if (this.socket.connected) view.join(Date.now());
    this.tell();
    return () => {
      if (this.views.get(stream) !== view) return;
      this.views.delete(stream);
      if (this.socket.connected) this.socket.emit('unsubscribe', { stream });
      this.tell();
    };
  }

  // Properties, so that they can be handed over as they are.
  readonly status = (): LiveStatus => this.current;

  readonly onStatus = (listener: (status: LiveStatus) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  connect(): void {
    clearTimeout(this.retry);
    if (!this.closed && !this.socket.connected) this.socket.disconnect().connect();
  }

  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    clearTimeout(this.retry);
    this.views.clear();
    this.listeners.clear();
    this.socket.close();
  }

  private listen(): void {
    let comeBackMs = this.retryMs;
    this.socket.on('connect', () => {
      comeBackMs = this.retryMs;
      for (const view of this.views.values()) view.join(Date.now());
      this.tell('live');
    });
    this.socket.on('going-away', ({ retryMs }) => {
      comeBackMs = retryMs;
    });
    this.socket.on('disconnect', (reason) => {
      for (const view of this.views.values()) view.lose();
      this.tell('offline');
      // Socket.IO comes back by itself from everything but a server that asked us to leave.
      if (reason === 'io server disconnect') this.later(comeBackMs);
    });
    this.socket.on('connect_error', (error) => {
      const code = (error as Error & { data?: { code?: string } }).data?.code;
      const final = code !== undefined && finalCodes.has(code);
      this.tell(final ? 'signed_out' : 'offline');
      if (!final && !this.socket.active) this.later(comeBackMs);
    });
    this.socket.on('event', (event) => this.onEvent(event));
    this.socket.on('caught-up', ({ stream, seq }) => {
      this.views.get(stream)?.caughtUp(seq);
      this.tell();
    });
    this.socket.on('tokens', (tokens) => {
      for (const view of this.views.values()) view.tokens(tokens);
    });
  }

  /** An envelope names its own stream; a relay that is followed gets it too and knows what is its own. */
  private onEvent(event: EventEnvelope): void {
    const now = Date.now();
    this.views.get(event.stream)?.take(event, now);
    for (const view of this.views.values()) if (view.relay) view.take(event, now);
    this.tell();
  }

  private later(ms: number): void {
    clearTimeout(this.retry);
    if (!this.closed) this.retry = setTimeout(() => this.socket.connect(), ms);
  }

  private ask(view: StreamView, after: Position | undefined): void {
    const { stream } = view;
    this.socket.emit('subscribe', { stream, ...(after === undefined ? {} : { after }) }, (answer) => {
      if (this.views.get(stream) !== view) return;
      if (answer.ok) view.joined(answer.head);
      else if (view.refused(answer.problem)) this.views.delete(stream);
      this.tell();
    });
  }

  private askAgain(againMs: number, silentMs: number): void {
    if (!this.socket.connected) return;
    const now = Date.now();
    for (const view of this.views.values()) view.askAgain(now, view.behind ? againMs : silentMs);
  }

  private tell(connection?: 'live' | 'offline' | 'signed_out'): void {
    if (this.closed) return;
    const views = [...this.views.values()];
    const before = this.current;
    const up = connection === undefined ? this.socket.connected : connection === 'live';
    const behind = views.some((view) => view.behind);
    const down = connection ?? (before.state === 'signed_out' ? 'signed_out' : before.state);
    const state: LiveState = up ? (behind ? 'catching_up' : 'live') : down === 'live' ? 'offline' : down;
    const counted = views.filter((view) => view.behind && view.toCome !== null);
    // Only while it catches up does every event change what is said.
    if (state === before.state && state !== 'catching_up') {
      if (up) before.heardAt = Date.now();
      return;
    }
    this.current = {
      state,
      heardAt: up ? Date.now() : before.heardAt,
      caughtUp: {
        events: views.reduce((sum, view) => sum + view.sinceJoin, 0),
        of: counted.length === 0 ? null : counted.reduce((sum, view) => sum + (view.toCome ?? 0), 0),
      },
    };
    for (const listener of this.listeners) listener(this.current);
  }
}
