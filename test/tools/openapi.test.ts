import { beforeAll, describe, expect, test } from '@jest/globals';
import { readDocument } from '../../src/tools/openapi/read-document.ts';
import { requestOf } from '../../src/tools/openapi/operation-tool.ts';
import { createMcpPool } from '../../src/tools/mcp/pool.ts';
import { discover } from '../../src/tools/discover.ts';
import { serverTools } from '../../src/tools/server-tools.ts';
import type { OperationCall, ToolServerTarget } from '../../src/contracts/tool-server.ts';
import type { OutsideTool } from '../../src/tools/tool.ts';
import { closeLater } from '../support/close-later.ts';
import { outsideContext, publicNetwork, serve, type TestServer } from './support/outside.ts';

const shop = (more: object = {}) => ({
  openapi: '3.0.3',
  info: { title: 'Shop', version: '1' },
  servers: [{ url: 'https://{region}.shop.example/v1', variables: { region: { default: 'eu' } } }],
  paths: {
    '/orders': {
      get: {
        operationId: 'listOrders',
        summary: 'Lists orders',
        parameters: [
          { name: 'status', in: 'query', schema: { type: 'string', enum: ['open', 'paid'], nullable: true } },
          { name: 'Authorization', in: 'header', schema: { type: 'string' } },
        ],
      },
      post: {
        operationId: 'createOrder',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
        },
      },
    },
    '/orders/{id}': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: { summary: 'One order' },
      put: { operationId: 'setOrder', requestBody: { content: { 'text/plain': {} } } },
      delete: {
        operationId: 'dropOrder',
        parameters: [{ name: 'X-Reason', in: 'header', schema: { type: 'string' } }],
      },
    },
  },
  components: {
    parameters: { id: { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 20 } } },
    schemas: {
      Order: {
        type: 'object',
        required: ['item'],
        properties: {
          item: { type: 'string', example: 'x' },
          count: { type: 'integer', minimum: 0, exclusiveMinimum: true, format: 'int32' },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Order' } },
        },
      },
    },
  },
  ...more,
});
const all = { operations: null, baseUrl: '', url: null };
const toolsOf = (document: unknown, wish = all) => {
  const read = readDocument(document, wish);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read;
};
const problemsOf = (document: unknown, wish: Parameters<typeof readDocument>[1] = all) => {
  const read = readDocument(document, wish);
  return 'problems' in read ? read.problems : [];
};

describe('an OpenAPI document', () => {
  test('becomes tools: names, risk and effect from the method, arguments from parameters and body', () => {
    const { tools, baseUrl } = toolsOf(shop());
    expect(baseUrl).toBe('https://eu.shop.example/v1');
    expect(tools.map(({ name, risk, effect }) => [name, risk, effect])).toEqual([
      ['listOrders', 'low', 'none'],
      ['createOrder', 'high', 'at_most_once'],
      ['get_orders_id', 'low', 'none'],
      ['setOrder', 'high', 'keyed'],
      ['dropOrder', 'high', 'keyed'],
    ]);
    expect(tools[0]).toMatchObject({
      description: 'Lists orders (GET /orders)',
      parameters: {
        properties: { status: { type: ['string', 'null'], enum: ['open', 'paid', null] } },
        required: [],
      },
    });
    expect(tools[0]?.parameters).not.toHaveProperty('properties.Authorization');
    expect(tools[1]?.parameters).toMatchObject({
      required: ['body'],
      properties: {
        body: {
          required: ['item'],
          properties: {
            item: { type: 'string' },
            count: { type: 'integer', exclusiveMinimum: 0 },
            parts: { type: 'array', items: {} },
          },
        },
      },
    });
  });

  test('a POST that takes an idempotency key may be repeated', () => {
    const document = shop();
    Object.assign(document.paths['/orders'].post, {
      parameters: [{ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' } }],
    });
    expect(toolsOf(document).tools[1]).toMatchObject({ name: 'createOrder', effect: 'keyed' });
    expect(toolsOf(document).tools[1]?.parameters).not.toHaveProperty('properties.Idempotency-Key');
  });

  test('is read as YAML too, and operations are chosen by id or by method and path', () => {
    const yaml =
      'openapi: 3.1.0\nservers: [{url: "https://a.example"}]\npaths:\n  /a:\n    get: {operationId: a}\n    post: {operationId: b}\n';
    expect(toolsOf(yaml).tools.map(({ name }) => name)).toEqual(['a', 'b']);
    const chosen = toolsOf(shop(), { ...all, operations: ['DELETE /orders/{id}', 'listOrders'] } as never);
    expect(chosen.tools.map(({ name }) => name)).toEqual(['dropOrder', 'listOrders']);
  });

  test('tells everything that is wrong at once, each with its place', () => {
    const document = shop({
      servers: [],
      paths: {
        '/a/{x}': {
          get: {
            operationId: 'one',
            parameters: [{ in: 'query' }, { name: 'c', in: 'cookie', required: true }, { $ref: '#/nowhere' }],
          },
        },
        '/b': {
          post: {
            operationId: 'two',
            requestBody: { required: true, content: { 'multipart/form-data': {} } },
          },
          get: { operationId: 'three' },
          put: { operationId: 'three' },
        },
      },
    });
    const told = problemsOf(document).map(({ pointer, code, own }) => `${own ?? pointer} ${code}`);
    expect(told.sort()).toEqual(
      [
        '/paths/~1a~1{x}/get/parameters/0 invalid_parameter',
        '/paths/~1a~1{x}/get/parameters/1 unsupported',
        '/paths/~1a~1{x}/get unknown_reference',
        '/paths/~1a~1{x}/get/parameters/2 invalid_parameter',
        '/paths/~1a~1{x}/get/parameters missing_parameter',
        '/paths duplicate_name',
        '/paths/~1b/post/requestBody unsupported',
        '/baseUrl required',
      ].sort(),
    );
  });

  test.each<[string, unknown, string]>([
    ['no document', 'just words', ''],
    ['broken YAML', 'a: [', ''],
    ['Swagger 2', { swagger: '2.0', paths: {} }, '/openapi'],
    ['a document without paths', { openapi: '3.1.0' }, '/paths'],
    [
      'a document without operations',
      { openapi: '3.1.0', paths: {}, servers: [{ url: 'https://a.example' }] },
      '/paths',
    ],
  ])('%s is refused', (_what, document, pointer) => {
    expect(problemsOf(document)[0]).toMatchObject({ pointer });
  });

  test('that grows without end when read is refused', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let n = 0; n < 9; n += 1) {
      const [last, next] = [String.fromCharCode(97 + n), String.fromCharCode(98 + n)];
      bomb.push(`${next}: &${next} [${Array.from({ length: 9 }, () => `*${last}`).join(', ')}]`);
    }
    expect(problemsOf(bomb.join('\n'))).toMatchObject([{ code: 'malformed' }]);
  });

  test('an operation that was chosen and is not there is pointed at in the wish', () => {
    expect(problemsOf(shop(), { ...all, operations: ['listOrders', 'nothing'] })).toMatchObject([
      { own: '/operations/1', code: 'not_found' },
    ]);
  });
});

describe('a request', () => {
  const call = (fields: Partial<OperationCall>): OperationCall => ({
    method: 'GET',
    path: '/orders/{id}',
    parameters: [
      { name: 'id', in: 'path' },
      { name: 'tag', in: 'query' },
      { name: 'X-Reason', in: 'header' },
    ],
    body: null,
    ...fields,
  });
  const at = (args: Record<string, unknown>, fields = {}) =>
    requestOf(call(fields), { baseUrl: 'https://shop.example/v1/', args });

  test('has each argument in its place', () => {
    expect(at({ id: 'a b/c?d', tag: ['x&y', 2], 'X-Reason': 'none\r\nX: 1' })).toEqual({
      method: 'GET',
      url: 'https://shop.example/v1/orders/a%20b%2Fc%3Fd?tag=x%26y&tag=2',
      headers: { 'X-Reason': 'none  X: 1' },
    });
    expect(at({ id: 1, body: { a: 1 } }, { method: 'PUT', body: 'application/json' })).toMatchObject({
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    });
  });

  test.each(['..', '.', ''])('never leaves its path: %j', (id) => {
    expect(() => at({ id })).toThrow('cannot stand in the path');
  });
});

describe('a tool of an OpenAPI document', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve((request, response) => {
      const type = { 'content-type': 'application/json' };
      if (request.url === '/openapi.json')
        response.writeHead(200, type).end(JSON.stringify(shop({ servers: [{ url: '/v1' }] })));
      else if (request.method === 'DELETE') response.writeHead(409, type).end('{"error": "paid already"}');
      else response.writeHead(200, type).end(JSON.stringify({ got: server.seen.at(-1) }));
    });
  });

  const open = async (fields: Partial<Extract<ToolServerTarget, { kind: 'openapi' }>> = {}) => {
    const parts = {
      network: publicNetwork(),
      allowsCommands: false,
      allowsPlain: () => true,
      credentialOf: async (_workspace: string, name: string) => ({
        name,
        secret: 'shop-secret-123',
        hosts: ['pages.example'],
        placement: { as: 'header' as const, header: 'X-Key' },
      }),
    };
    const target: ToolServerTarget = {
      kind: 'openapi',
      url: server.at('/openapi.json'),
      baseUrl: '',
      credential: 'shop',
      operations: null,
      ...fields,
    };
    const found = await discover({ workspaceId: 'wsp_1', target }, parts);
    if ('problems' in found) return found;
    const pool = createMcpPool(parts);
    closeLater('a pool', () => pool.close());
    const tools = serverTools(
      [
        {
          id: 'tsv_1',
          workspaceId: 'wsp_1',
          name: 'shop',
          version: 1,
          enabled: true,
          timeoutSeconds: 60,
          target: found.target,
          tools: found.tools.map(({ tool, hash }) => ({
            name: tool.name,
            accepted: tool,
            acceptedHash: hash,
            found: tool,
            foundHash: hash,
            riskSet: null,
            timeoutSet: null,
            enabled: true,
          })),
        },
      ],
      { pool, requests: parts, report: async () => {} },
    );
    const call = (name: string, args: Record<string, unknown>) =>
      (tools.find((tool) => tool.name === `shop.${name}`) as OutsideTool).run(outsideContext(), args);
    return { tools, call };
  };

  test('is fetched by its address, and called with its credential', async () => {
    const opened = await open();
    if (!('call' in opened)) throw new Error(JSON.stringify(opened));
    const answer = await opened.call('createOrder', { body: { item: 'tea' } });
    expect(server.seen.at(-1)).toMatchObject({
      method: 'POST',
      url: '/v1/orders',
      body: '{"item":"tea"}',
      headers: { 'x-key': 'shop-secret-123' },
    });
    expect(answer.text).toContain('Status: 200');
    expect(JSON.stringify(answer)).not.toContain('shop-secret-123');
    expect(opened.tools[0]?.destination?.({})).toBe('pages.example');
  });

  test('tells the server’s errors', async () => {
    const opened = await open();
    if (!('call' in opened)) throw new Error(JSON.stringify(opened));
    expect(await opened.call('dropOrder', { id: '7' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('paid already'),
    });
    expect(await opened.call('dropOrder', { id: '..' })).toMatchObject({ isError: true });
  });

  test('a document that cannot be had is told', async () => {
    expect(await open({ url: server.at('/openapi.json', 'nowhere.test') })).toMatchObject({
      problems: [{ pointer: '/url', code: 'unknown_host' }],
    });
  });
});
