import type { Socket } from 'socket.io';
import type { EventEnvelope } from '../contracts/event.ts';
import type { CaughtUp, Tokens } from '../contracts/live.ts';
import type { Sink } from './subscription.ts';

/** What the server sends. */
export interface ServerEvents {
  event: (event: EventEnvelope) => void;
  'caught-up': (message: CaughtUp) => void;
  tokens: (tokens: Tokens) => void;
  'going-away': (message: { retryMs: number }) => void;
  problem: (problem: { code: string; detail: string }) => void;
}

/** Packets that may wait for one client. Beyond that its subscriptions read the record again when it has taken them. */
const mostPackets = 256;

/**
 * The way to one Socket.IO client, shared by all its subscriptions.
 *
 * @param patienceMs how long a client may take nothing before it is given up.
 */
export function createSocketSink(
  socket: Pick<Socket<object, ServerEvents>, 'emit' | 'conn' | 'connected' | 'once' | 'off'>,
  { patienceMs, giveUp }: { patienceMs: number; giveUp: (detail: string) => void },
): Sink {
  const packets = () => (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
  let draining: Promise<void> | undefined;

  const waitUntilDrained = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        giveUp(`It took nothing for ${Math.round(patienceMs / 1000)} s.`);
        finish();
      }, patienceMs);
      const onDrain = () => {
        if (packets() <= mostPackets / 2) finish();
      };
      const finish = () => {
        clearTimeout(timer);
        socket.conn.off('drain', onDrain);
        socket.off('disconnect', finish);
        resolve();
      };
      socket.conn.on('drain', onDrain);
      socket.once('disconnect', finish);
      onDrain();
    });

  return {
    event: (event) => void socket.emit('event', event),
    caughtUp: (message) => void socket.emit('caught-up', message),
    tokens: (tokens) => void socket.emit('tokens', tokens),
    full: () => socket.connected && packets() > mostPackets,
    drained: () => {
      draining ??= waitUntilDrained().finally(() => (draining = undefined));
      return draining;
    },
  };
}
