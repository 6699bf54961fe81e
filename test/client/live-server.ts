import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { EventEnvelope } from '../../src/contracts/event.ts';
import type { SubscribeAck, Tokens } from '../../src/contracts/live.ts';
import { closeLater } from '../support/close-later.ts';

export interface Asked {
  stream: string;
  after?: number | string;
  answer: (ack: SubscribeAck) => void;
}

/** A real Socket.IO server that does only what a test tells it: it answers no subscription by itself. */
export interface LiveServer {
  url: string;
  asked: Asked[];
  left: string[];
  event(event: EventEnvelope): void;
  caughtUp(stream: string, seq: number | string): void;
  tokens(piece: Tokens): void;
  /** As before a deploy: says when to come back, then closes every socket. */
  goAway(retryMs: number): void;
  /** Cuts the lines without a word. */
  cut(): void;
  refuse(problem: { code: string; detail: string } | null): void;
  connections: () => number;
}

export async function startLiveServer(): Promise<LiveServer> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'] });
  const asked: Asked[] = [];
  const left: string[] = [];
  let refusal: { code: string; detail: string } | null = null;
  let connected = 0;
  io.use((_socket, next) =>
    next(refusal ? Object.assign(new Error(refusal.detail), { data: refusal }) : undefined),
  );
  io.on('connection', (socket: Socket) => {
    connected += 1;
    socket.on('subscribe', (message: { stream: string; after?: number | string }, answer: Asked['answer']) =>
      asked.push({ ...message, answer }),
    );
    socket.on('unsubscribe', ({ stream }: { stream: string }) => left.push(stream));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closeLater('live server', () => io.close());
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    asked,
    left,
    event: (event) => void io.emit('event', event),
    caughtUp: (stream, seq) => void io.emit('caught-up', { stream, seq }),
    tokens: (piece) => void io.emit('tokens', piece),
    goAway: (retryMs) => {
      io.emit('going-away', { retryMs });
      io.disconnectSockets(false);
    },
    cut: () => io.disconnectSockets(true),
    refuse: (problem) => {
      refusal = problem;
    },
    connections: () => connected,
  };
}
