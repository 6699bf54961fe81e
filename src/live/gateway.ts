import type { Server as HttpServer } from 'node:http';
import type { Logger } from 'pino';
import { Server, type Socket } from 'socket.io';
import type { Credentials } from '../commands/authenticate.ts';
import type { Caller } from '../commands/caller.ts';
import { readCredentials } from '../commands/credentials.ts';
import { Subscribe, type SubscribeAck, Unsubscribe } from '../contracts/live.ts';
import { AppError, isAppError } from '../errors.ts';
import type { Hub, Subscribed } from './hub.ts';
import { createSocketSink, type ServerEvents } from './socket-sink.ts';
import { isOurPage } from './is-our-page.ts';
import type { Sink } from './subscription.ts';

/**
 * Socket.IO over the hub: handshake, subscribe, unsubscribe, going away. There is no adapter: every API process listens to Redis
 * itself.
 */
export interface GatewayOptions {
  server: HttpServer;
  hub: Hub;
  authenticate: (credentials: Credentials) => Promise<Caller>;
  publicUrl: string;
  logger: Logger;
  maxSubscriptions?: number;
  /** How often a socket's key or session is looked at again. */
  recheckMs?: number;
  /** How long a client may take nothing before it is disconnected. */
  patienceMs?: number;
}

export interface Gateway {
  io: Server;
  /** Tells everybody to come back after `retryMs`, then closes the sockets. The HTTP server stays as it is. */
  goAway(retryMs: number): void;
}

interface ClientEvents {
  subscribe: (message: unknown, ack?: (answer: SubscribeAck) => void) => void;
  unsubscribe: (message: unknown, ack?: (answer: { ok: boolean }) => void) => void;
}
interface Known {
  caller: Caller;
  credentials: Credentials;
}
type LiveSocket = Socket<ClientEvents, ServerEvents, object, Known>;

const closingMs = 500;
const defaults = { maxSubscriptions: 200, recheckMs: 60_000, patienceMs: 30_000 };

export function createGateway(given: GatewayOptions): Gateway {
  const options = { ...defaults, ...given };
  const io = new Server<ClientEvents, ServerEvents, object, Known>(options.server, {
    transports: ['websocket'], // needs no sticky sessions
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
    connectTimeout: 10_000,
  });
  io.use((socket, next) => {
    admit(socket, options).then(
      () => next(),
      (error: unknown) => next(handshakeError(error)),
    );
  });
  io.on('connection', (socket) => serve(socket, options));
  return {
    io,
    goAway(retryMs) {
      const wires = [...io.sockets.sockets.values()].map((socket) => socket.request.socket);
      io.emit('going-away', { retryMs });
      io.disconnectSockets(true);
      io.engine.close();
      // A client that does not answer the closing would keep the process for half a minute.
      setTimeout(() => wires.forEach((wire) => wire.destroy()), closingMs).unref();
    },
  };
}

async function admit(socket: LiveSocket, { authenticate, publicUrl }: GatewayOptions): Promise<void> {
  const { headers, auth } = socket.handshake;
  const token: unknown = auth.token;
  const credentials = typeof token === 'string' ? { bearer: token } : readCredentials(headers, publicUrl);
  // A browser sends its cookie to us from any page, and web sockets know no same-origin rule.
  if (credentials.bearer === undefined && !isOurPage(headers, publicUrl)) {
    throw new AppError('forbidden', 'This page may not connect here.');
  }
  socket.data.caller = await authenticate(credentials);
  socket.data.credentials = credentials;
}

/** `connect_error` of the client carries `data: { code, detail }`. */
function handshakeError(error: unknown): Error {
  const { code, detail } = problemOf(error);
  return Object.assign(new Error(detail), { data: { code, detail } });
}

function serve(socket: LiveSocket, options: GatewayOptions & typeof defaults): void {
  const { logger, patienceMs } = options;
  const subscriptions = new Map<string, Subscribed>();
  const giveUp = (code: string, detail: string) => {
    logger.info({ socket: socket.id, code, detail }, 'A socket is disconnected');
    socket.emit('problem', { code, detail });
    socket.disconnect(true);
  };
  const sink = createSocketSink(socket, {
    patienceMs,
    giveUp: (detail) => {
      giveUp('too_slow', detail);
      socket.request.socket.destroy(); // it would not take the closing either
    },
  });
  const recheck = setInterval(() => {
    options.authenticate(socket.data.credentials).catch((error: unknown) => {
      if (isAppError(error)) giveUp(error.code, error.userMessage);
    });
  }, options.recheckMs).unref();

  socket.on('subscribe', (message, ack) => {
    const room = { socket, sink, subscriptions, options };
    subscribe(room, message).then(
      ({ head, start }) => {
        if (typeof ack === 'function') ack({ ok: true, head });
        start();
      },
      (error: unknown) => {
        const problem = problemOf(error);
        if (problem.code === 'internal') logger.error({ error: String(error) }, 'A subscription failed');
        if (typeof ack === 'function') ack({ ok: false, problem });
      },
    );
  });
  socket.on('unsubscribe', (message, ack) => {
    const parsed = Unsubscribe.safeParse(message);
    const found = parsed.success ? subscriptions.get(parsed.data.stream) : undefined;
    found?.close();
    if (parsed.success) subscriptions.delete(parsed.data.stream);
    if (typeof ack === 'function') ack({ ok: found !== undefined });
  });
  socket.on('disconnect', () => {
    clearInterval(recheck);
    for (const subscription of subscriptions.values()) subscription.close();
    subscriptions.clear();
  });
}

interface Room {
  socket: LiveSocket;
  sink: Sink;
  subscriptions: Map<string, Subscribed>;
  options: GatewayOptions & typeof defaults;
}

async function subscribe(
  { socket, sink, subscriptions, options }: Room,
  message: unknown,
): Promise<Subscribed> {
  const { stream, after } = parse(message);
  if (subscriptions.size >= options.maxSubscriptions && !subscriptions.has(stream)) {
    throw new AppError('too_many_requests', `A socket may have ${options.maxSubscriptions} subscriptions.`);
  }
  const { caller } = socket.data;
  const subscribed = await options.hub.subscribe({ caller, stream, after, sink });
  subscriptions.get(stream)?.close(); // subscribing again begins anew
  subscriptions.set(stream, subscribed);
  if (!socket.connected) subscribed.close();
  return subscribed;
}

function parse(message: unknown): Subscribe {
  const parsed = Subscribe.safeParse(message);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message: text }) => `/${path.map(String).join('/')}: ${text}`,
  );
  throw new AppError('invalid_request', problems.join(' '));
}

function problemOf(error: unknown): { code: string; detail: string } {
  if (isAppError(error)) return { code: error.code, detail: error.userMessage };
  return { code: 'internal', detail: 'Something went wrong here. Try again.' };
}
