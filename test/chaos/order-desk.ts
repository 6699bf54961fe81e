/**
 * A service of somebody else, to which steps send orders that may not be placed twice. It takes a moment, so that workers are lost in the
 * middle, and its journal is the other side's book: every order that arrived, with the key that came with it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface OrderDesk {
  url: string;
  /** In the order of arrival. */
  orders(): { key: string }[];
  close(): Promise<void>;
}

export async function startOrderDesk(takesMs: number): Promise<OrderDesk> {
  const orders: { key: string }[] = [];
  const server = createServer((request, response) => {
    orders.push({ key: String(request.headers['idempotency-key']) });
    request.resume().on('error', () => {});
    void pause(takesMs).then(() =>
      response.writeHead(201, { 'Content-Type': 'application/json' }).end('{"placed":true}'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`,
    orders: () => [...orders],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
