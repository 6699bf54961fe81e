import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ToolServer } from '../../src/contracts/tool-server.ts';
import { createSealer } from '../../src/db/seal.ts';
import { discover } from '../../src/tools/discover.ts';
import { type ScriptedTool, startScriptedMcp } from '../tools/support/mcp-servers.ts';
import { publicNetwork, serve, type TestServer } from '../tools/support/outside.ts';
import { createToolsOfWorkspaces } from '../../workers/tools-of-workspaces.ts';
import { closeLater } from '../support/close-later.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

const done = async () => ({ content: [{ type: 'text' as const, text: 'done' }] });
const scripted = (name: string, fields: Partial<ScriptedTool> = {}): ScriptedTool => ({
  name,
  description: `Does ${name}.`,
  answer: done,
  ...fields,
});
const document = {
  openapi: '3.1.0',
  servers: [{ url: 'https://shop.example/v1' }],
  paths: { '/orders': { get: { operationId: 'list' }, post: { operationId: 'create' } } },
};

let api: RunningApi;
let mcpUrl: string;
let pages: TestServer;
let tools: ScriptedTool[] = [];

beforeAll(async () => {
  mcpUrl = (await startScriptedMcp(() => tools)).url;
  pages = await serve((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document)),
  );
  const network = publicNetwork();
  const toolsOf = { of: async () => [] } as unknown as {
    of: ReturnType<typeof createToolsOfWorkspaces>['toolsOf'];
  };
  api = await runApi({
    toolsOf: (tx) => toolsOf.of(tx),
    askToolServer: (wish) =>
      discover(wish, {
        network,
        allowsCommands: false,
        credentialOf: async (_workspace, name) => ({ problem: `There is no credential "${name}" here.` }),
      }),
  });
  const made = createToolsOfWorkspaces({
    db: api.db,
    sealer: createSealer([]),
    filesDir: api.filesDir,
    tools: {
      privateHosts: [],
      commands: false,
      search: { braveKey: undefined, tavilyKey: undefined, searxngUrl: undefined },
    },
  });
  closeLater('the tools', () => made.close());
  toolsOf.of = made.toolsOf;
});
beforeEach(async () => {
  tools = [scripted('look', { annotations: { readOnlyHint: true } }), scripted('act')];
  await api.db.acrossWorkspaces('DELETE FROM tool_servers');
  await api.db.acrossWorkspaces('UPDATE workspaces SET tools_revision = tools_revision + 1');
});

const add = (body: object = { kind: 'mcp_http', name: 'desk', url: mcpUrl }, key?: string) =>
  api.ask<ToolServer>('POST', 'tool-servers', { body, ...(key ? { key } : {}) });
const refresh = async ({ id }: ToolServer, body?: object) =>
  (await api.ask<ToolServer>('POST', `tool-servers/${id}/refresh`, body ? { body } : {})).body;
const statesOf = ({ tools: listed }: ToolServer) => listed.map(({ name, state }) => `${name} ${state}`);
const usable = async () => {
  const { body } = await api.ask<{ items: { name: string; risk: string; origin: string }[] }>('GET', 'tools');
  return body.items.filter(({ origin }) => origin !== 'built in').map(({ name, risk }) => `${name} ${risk}`);
};

describe('an MCP server', () => {
  test('is asked at once when it is added, and its tools may be used', async () => {
    const { status, body, headers } = await add();
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v2/tool-servers/${body.id}`);
    expect(body).toMatchObject({ name: 'desk', kind: 'mcp_http', url: mcpUrl, problem: null, enabled: true });
    expect(statesOf(body)).toEqual(['look ready', 'act ready']);
    expect(await usable()).toEqual(['desk.look low', 'desk.act high']);
    expect((await api.ask<ToolServer>('GET', `tool-servers/${body.id}`)).body).toEqual(body);
  });

  test('that changes a tool has it withheld until a person accepts exactly what was shown', async () => {
    const { body: server } = await add();
    tools = [
      scripted('look', { annotations: { readOnlyHint: true } }),
      scripted('act', { description: 'Now else.' }),
      scripted('more'),
    ];
    const changed = await refresh(server);
    expect(statesOf(changed)).toEqual(['look ready', 'act changed', 'more new']);
    expect(changed.tools[1]).toMatchObject({
      description: 'Does act.',
      changedTo: { description: 'Now else.' },
    });
    expect(await usable()).toEqual(['desk.look low']);
    const shown = changed.tools[1]?.hash ?? '';
    tools = [
      scripted('look', { annotations: { readOnlyHint: true } }),
      scripted('act', { description: 'Else again.' }),
    ];
    await refresh(server);
    const late = await api.problem('PATCH', `tool-servers/${server.id}`, {
      body: {
        accept: [
          { name: 'act', hash: shown },
          { name: 'nothing', hash: 'x' },
        ],
      },
    });
    expect(late.status).toBe(422);
    expect(late.body.problems).toMatchObject([
      { pointer: '/accept/0/hash', code: 'changed' },
      { pointer: '/accept/1/name', code: 'not_found' },
    ]);
    const { body: now } = await api.ask<ToolServer>('GET', `tool-servers/${server.id}`);
    const accepted = await api.ask<ToolServer>('PATCH', `tool-servers/${server.id}`, {
      body: { accept: [{ name: 'act', hash: now.tools.find(({ name }) => name === 'act')?.hash }] },
    });
    expect(statesOf(accepted.body)).toEqual(['look ready', 'act ready']);
    expect(await usable()).toEqual(['desk.look low', 'desk.act high']);
  });

  test('is switched off tool by tool or whole, and a person’s word on risk goes before the server’s', async () => {
    const { body: server } = await add();
    const path = `tool-servers/${server.id}`;
    await api.ask('PATCH', path, {
      body: {
        tools: [
          { name: 'look', risk: 'high' },
          { name: 'act', enabled: false },
        ],
      },
    });
    expect(await usable()).toEqual(['desk.look high']);
    await api.ask('PATCH', path, { body: { tools: [{ name: 'look', risk: null }] } });
    expect(await usable()).toEqual(['desk.look low']);
    await api.ask('PATCH', path, { body: { enabled: false } });
    expect(await usable()).toEqual([]);
    expect((await api.ask('DELETE', path)).status).toBe(204);
    expect((await api.problem('GET', path)).status).toBe(404);
  });

  test('gives its tools as much time as its owner says, for all or for one', async () => {
    const { body: server } = await add({ kind: 'mcp_http', name: 'desk', url: mcpUrl, timeoutSeconds: 120 });
    const path = `tool-servers/${server.id}`;
    const times = ({ timeoutSeconds, tools: listed }: ToolServer) => [
      timeoutSeconds,
      ...listed.map((each) => [each.timeoutSeconds, each.timeoutSetByPerson]),
    ];
    expect(times(server)).toEqual([120, [120, false], [120, false]]);
    const one = { tools: [{ name: 'act', timeoutSeconds: 600 }] };
    const { body: changed } = await api.ask<ToolServer>('PATCH', path, {
      body: { timeoutSeconds: 30, ...one },
    });
    expect(times(changed)).toEqual([30, [30, false], [600, true]]);
    const { body: listed } = await api.ask<{ items: { name: string; timeoutMs: number }[] }>('GET', 'tools');
    expect(
      listed.items.filter(({ name }) => name.startsWith('desk.')).map(({ timeoutMs }) => timeoutMs),
    ).toEqual([30_000, 600_000]);
    const none = { tools: [{ name: 'act', timeoutSeconds: null }] };
    expect(times((await api.ask<ToolServer>('PATCH', path, { body: none })).body)).toEqual([
      30,
      [30, false],
      [30, false],
    ]);
    const wrong = { timeoutSeconds: 601, tools: [{ name: 'act', timeoutSeconds: 4 }] };
    const refused = await api.problem('PATCH', path, { body: wrong });
    expect(refused.body.problems?.map(({ pointer }) => pointer)).toEqual([
      '/timeoutSeconds',
      '/tools/0/timeoutSeconds',
    ]);
  });

  test('that lists more tools than are taken is shown with what is missing, until it lists fewer', async () => {
    tools = Array.from({ length: 201 }, (_each, n) => scripted(`tool-${n + 1}`));
    const { status, body: server } = await add();
    expect([status, server.tools.length]).toEqual([201, 200]);
    expect(server.problem).toContain('what comes from "tool-201" on is not');
    tools = [scripted('look')];
    expect((await refresh(server)).problem).toBeNull();
  });

  test('that cannot be asked is not added; one that is down later keeps its tools and says why', async () => {
    const refused = await api.problem('POST', 'tool-servers', {
      body: { kind: 'mcp_http', name: 'gone', url: 'http://tools.example:59999/' },
    });
    expect(refused.status).toBe(422);
    expect(refused.body.problems).toMatchObject([{ pointer: '/url', code: 'unreachable' }]);
    expect(await api.count('tool_servers')).toBe(0);
    const { body: server } = await add();
    await api.db.acrossWorkspaces(
      `UPDATE tool_servers SET target = target || '{"url": "http://tools.example:59999/"}' WHERE id = $1`,
      [server.id],
    );
    const after = await refresh(server);
    expect(after.problem).toContain('/url');
    expect(statesOf(after)).toEqual(['look ready', 'act ready']);
  });

  test('as a command is refused where none are allowed', async () => {
    const { body } = await api.problem('POST', 'tool-servers', {
      body: { kind: 'mcp_stdio', name: 'local', command: 'node', args: [], env: {} },
    });
    expect(body.problems).toMatchObject([{ pointer: '/command', code: 'not_allowed' }]);
  });
});

describe('an OpenAPI document', () => {
  test('is read from its address, or sent along and sent anew', async () => {
    const byUrl = await add({ kind: 'openapi', name: 'shop', url: pages.at('/openapi.json') });
    expect(byUrl.body).toMatchObject({ kind: 'openapi', baseUrl: 'https://shop.example/v1' });
    expect(statesOf(byUrl.body)).toEqual(['list ready', 'create ready']);
    const sent = await add({ kind: 'openapi', name: 'other', document, operations: ['list'] });
    expect(statesOf(sent.body)).toEqual(['list ready']);
    expect((await api.problem('POST', `tool-servers/${sent.body.id}/refresh`)).body.problems).toMatchObject([
      { pointer: '/document', code: 'required' },
    ]);
    const changed = structuredClone(document);
    Object.assign(changed.paths['/orders'].get, { summary: 'Something else' });
    expect(statesOf(await refresh(sent.body, { document: changed }))).toEqual(['list changed']);
  });

  test('with faults is refused with all of them at once, by their places', async () => {
    const broken = {
      openapi: '3.1.0',
      paths: { '/a/{x}': { get: { operationId: 'a' } }, '/b': { get: { parameters: [{ in: 'query' }] } } },
    };
    const { status, body } = await api.problem('POST', 'tool-servers', {
      body: { kind: 'openapi', name: 'shop', document: broken },
    });
    expect(status).toBe(422);
    expect(body.problems.map(({ pointer }) => pointer)).toEqual([
      '/document/paths/~1a~1{x}/get/parameters',
      '/document/paths/~1b/get/parameters/0',
      '/baseUrl',
    ]);
  });
});

describe('tool servers', () => {
  test('bad input is answered with the place of each fault', async () => {
    const { body } = await api.problem('POST', 'tool-servers', {
      body: { kind: 'mcp_http', name: 'Bad.Name', url: 'ftp://x', more: 1 },
    });
    expect(body.problems.map(({ pointer }) => pointer).sort()).toEqual(['/more', '/name', '/url']);
    const neither = await api.problem('POST', 'tool-servers', { body: { kind: 'openapi', name: 'shop' } });
    expect(neither.body.problems).toMatchObject([{ pointer: '/url', code: 'required' }]);
  });

  test('a name is given once; owners write, operators look, other workspaces see nothing', async () => {
    const { body } = await add();
    expect(
      (await api.problem('POST', 'tool-servers', { body: { kind: 'mcp_http', name: 'desk', url: mcpUrl } }))
        .status,
    ).toBe(409);
    const [operator, viewer] = [await api.keyOf('operator'), await api.keyOf('viewer')];
    const foreign = await api.keyOf('owner', { foreign: true });
    expect((await api.ask('GET', `tool-servers/${body.id}`, { key: operator })).status).toBe(200);
    expect((await api.problem('GET', 'tool-servers', { key: viewer })).status).toBe(403);
    expect((await api.problem('PATCH', `tool-servers/${body.id}`, { key: operator, body: {} })).status).toBe(
      403,
    );
    expect((await add({ kind: 'mcp_http', name: 'own', url: mcpUrl }, operator)).status).toBe(403);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/refresh'],
    ] as const)
      expect(
        (
          await api.problem(method, `tool-servers/${body.id}${path}`, {
            key: foreign,
            ...(method === 'PATCH' ? { body: {} } : {}),
          })
        ).status,
      ).toBe(404);
    const list = await api.ask<{ items: unknown[] }>('GET', 'tool-servers', { key: foreign });
    expect(list.body.items).toEqual([]);
    const tools_ = await api.ask<{ items: { origin: string }[] }>('GET', 'tools', { key: foreign });
    expect(tools_.body.items.every(({ origin }) => origin === 'built in')).toBe(true);
  });
});
