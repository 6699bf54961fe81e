import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ApiClient, createApiClient } from '../../client/index.ts';
import { closeLater } from '../support/close-later.ts';

interface Reply {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

let url: string;
let reply: Reply;
let last: { method: string; url: string; headers: IncomingMessage['headers']; body: string };
let api: ApiClient;

beforeAll(async () => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      last = { method, url: path, headers, body: Buffer.concat(chunks).toString() };
      if (reply.status === 0) request.socket.destroy();
      else response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater('server', () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  reply = { status: 200, body: '{}' };
  api = createApiClient({ baseUrl: url, csrf: () => 'the token', timeoutMs: 2000 });
});

describe('a request', () => {
  test('shows the session token only where something is changed', async () => {
    await api.tasks.list({ filter: 'depth == 0', pageSize: 5 });
    expect(last.headers['x-csrf-token']).toBeUndefined();
    expect(last.url).toBe('/api/v2/tasks?filter=depth+%3D%3D+0&pageSize=5');
    await api.tasks.create({ goal: 'Read it' }, 'key-1');
    expect(last.headers).toMatchObject({ 'x-csrf-token': 'the token', 'idempotency-key': 'key-1' });
    expect(JSON.parse(last.body)).toEqual({ goal: 'Read it' });
  });

  test('carries an API key', async () => {
    await createApiClient({ baseUrl: url, key: 'adj_x' }).models.list();
    expect(last.headers.authorization).toBe('Bearer adj_x');
  });

  test('uploads files as a form', async () => {
    await api.files.upload([{ name: 'log.csv', blob: new Blob(['a,b']) }]);
    expect(last.headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(last.body).toMatch(/name="files"; filename="log.csv"/);
  });

  test('answers nothing with undefined', async () => {
    reply = { status: 204, body: '' };
    await expect(api.session.close()).resolves.toBeUndefined();
  });
});

describe('a problem', () => {
  test('keeps code, every place and the request id', async () => {
    const problems = [{ pointer: '/goal', code: 'too_small', message: 'Say what is to be done.' }];
    const body = {
      title: 'Invalid',
      status: 422,
      code: 'invalid_request',
      detail: 'Two faults.',
      instance: 'req_1',
      problems,
    };
    reply = {
      status: 422,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/problem+json' },
    };
    await expect(api.tasks.create({ goal: '' })).rejects.toMatchObject({
      name: 'ApiProblem',
      status: 422,
      code: 'invalid_request',
      message: 'Two faults.',
      requestId: 'req_1',
      asked: 'POST /api/v2/tasks',
      problems,
    });
  });

  test('of a proxy that sent a page is still one', async () => {
    reply = { status: 502, body: '<html>Bad gateway</html>', headers: { 'x-request-id': 'r7' } };
    await expect(api.models.list()).rejects.toMatchObject({ status: 502, code: 'internal', requestId: 'r7' });
  });

  test('without any answer says that the server cannot be reached', async () => {
    reply = { status: 0, body: '' };
    await expect(api.models.list()).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });
});
