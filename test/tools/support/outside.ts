/** What tools that leave the process are tested with: a server on this machine, and a network that takes it for a public one. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createNetwork, type Network, type NetworkOptions } from '../../../src/tools/net/network.ts';
import type { OutsideToolContext } from '../../../src/tools/tool.ts';
import { closeLater } from '../../support/close-later.ts';

export interface TestServer {
  port: number;
  /** Its address under a name that `publicNetwork` resolves. */
  at(path: string, host?: string): string;
  seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
}

export async function serve(answer: RequestListener): Promise<TestServer> {
  const seen: TestServer['seen'] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater('a server of a tool test', () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, at: (path, host = 'pages.example') => `http://${host}:${port}${path}`, seen };
}

/** Every name ending in `.example` is this machine, and this machine counts as public under such a name only. */
export function publicNetwork(options: NetworkOptions = {}): Network {
  const network = createNetwork({
    resolve: async (host) => {
      if (host.endsWith('.example')) return [{ address: '127.0.0.1', family: 4 }];
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
    },
    allows: (_address, host) => host.endsWith('.example'),
    ...options,
  });
  closeLater('a network', () => network.close());
  return network;
}

export function outsideContext(fields: Partial<OutsideToolContext> = {}): OutsideToolContext {
  return {
    key: 'tsk_1/1/1/0',
    workspaceId: 'wsp_1',
    taskId: 'tsk_1',
    signal: new AbortController().signal,
    ...fields,
  };
}
