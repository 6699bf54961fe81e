import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CreatedKey, Session } from '../../src/contracts/principal.ts';
import { listAllOperations } from '../../src/api/docs/all-operations.ts';
import { newId } from '../../src/db/new-id.ts';
import { insertSignInLink } from '../../src/db/principal-store.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

async function newLink(): Promise<string> {
  const [owner] = await api.db.acrossWorkspaces<{ id: string }>(
    `SELECT id FROM principals WHERE name = 'Owner'`,
  );
  return api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, (tx) =>
    insertSignInLink(tx, owner?.id ?? ''),
  );
}

async function signIn(): Promise<{ cookie: string; csrf: string; header: string }> {
  const { headers, body } = await api.ask<Session>('POST', 'session', {
    key: null,
    body: { token: await newLink() },
  });
  const header = headers.get('set-cookie') ?? '';
  return { cookie: header.split(';')[0] ?? '', csrf: body.csrf ?? '', header };
}

describe('signing in', () => {
  test('a link opens a session once, with a cookie that scripts cannot read', async () => {
    const token = await newLink();
    const [first, second] = await Promise.all([
      api.ask('POST', 'session', { key: null, body: { token } }),
      api.ask('POST', 'session', { key: null, body: { token } }),
    ]);
    expect([first.status, second.status].sort()).toEqual([201, 401]);
    const { header } = await signIn();
    expect(header).toMatch(/^adjutant_session_4800=.*HttpOnly; SameSite=Lax$/);
  });

  test('the session says who it is and gives the token that unsafe requests need', async () => {
    const { cookie, csrf } = await signIn();
    const { body } = await api.ask<Session>('GET', 'session', { key: null, headers: { cookie } });
    expect(body).toMatchObject({
      role: 'owner',
      principal: { name: 'Owner' },
      workspace: { name: 'Home' },
      csrf,
    });
    const agent = { name: 'By cookie', role: 'master_operator' };
    const without = await api.problem('POST', 'agents', { key: null, headers: { cookie }, body: agent });
    expect([without.status, without.body.code]).toEqual([403, 'forbidden']);
    const wrong = await api.problem('POST', 'agents', {
      key: null,
      headers: { cookie, 'x-csrf-token': 'x' },
      body: agent,
    });
    expect(wrong.status).toBe(403);
    const right = await api.ask('POST', 'agents', {
      key: null,
      headers: { cookie, 'x-csrf-token': csrf },
      body: agent,
    });
    expect(right.status).toBe(201);
  });

  test('signing out ends the session', async () => {
    const { cookie, csrf } = await signIn();
    const out = await api.ask('DELETE', 'session', { key: null, headers: { cookie, 'x-csrf-token': csrf } });
    expect(out.status).toBe(204);
    expect((await api.ask('GET', 'session', { key: null, headers: { cookie } })).status).toBe(401);
  });
});

test('over https the cookie is bound to the host, and browsers are told to stay on https', async () => {
  const secure = await runApi({ publicUrl: 'https://adjutant.example' });
  const [owner] = await secure.db.acrossWorkspaces<{ id: string }>(
    `SELECT id FROM principals WHERE name = 'Owner'`,
  );
  const token = await secure.db.inWorkspace({ workspaceId: secure.workspaceId, actor: 'system' }, (tx) =>
    insertSignInLink(tx, owner?.id ?? ''),
  );
  const { headers } = await secure.ask('POST', 'session', { key: null, body: { token } });
  expect(headers.get('set-cookie')).toMatch(
    /^__Host-adjutant_session=.*Path=\/.*HttpOnly; Secure; SameSite=Lax$/,
  );
  expect(headers.get('strict-transport-security')).toMatch(/max-age=/);
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await secure.ask('GET', 'session', { key: null, headers: { cookie } })).status).toBe(200);
});

describe('roles', () => {
  const bodies: Record<string, unknown> = {
    'POST /tasks': { goal: 'x' },
    'POST /agents': { name: 'x', role: 'master_operator' },
    'PATCH /agents/{agentId}': { name: 'x' },
    'POST /workflows': { name: 'x', steps: [{ id: 's', kind: 'set', with: { values: { n: '1' } } }] },
    'POST /keys': { name: 'x' },
    'POST /budgets': { scope: 'workspace', limitUsd: 1 },
    'PATCH /budgets/{budgetId}': { limitUsd: 1 },
    'POST /budgets/{budgetId}/top-up': { usd: 1 },
    'PUT /providers/{provider}': { apiKey: 'sk-00000000000000000000' },
    'POST /approvals/{approvalId}/say-happened': { happened: true },
    'POST /approval-rules': { name: 'x', effect: 'ask' },
    'PATCH /approval-rules/{ruleId}': { effect: 'deny' },
    'POST /tasks/forecast': { goal: 'x' },
    'POST /tasks/{taskId}/messages': { content: { text: 'x' } },
    'POST /tasks/{taskId}/plan/reject': { reason: 'x' },
    'POST /tasks/{taskId}/rating': { rating: 5 },
    'POST /messages': { to: { kind: 'agent', id: newId('agent') }, content: { text: 'x' } },
    'POST /conversations': { agentId: newId('agent') },
    'PATCH /conversations/{conversationId}': { title: 'x' },
    'POST /conversations/{conversationId}/messages': { content: { text: 'x' } },
    'POST /memories': { scope: 'workspace', text: 'x' },
    'POST /agents/{agentId}/memories': { text: 'x' },
    'PATCH /memories/{memoryId}': { pinned: true },
    'POST /credentials': { name: 'x', secret: 'eight characters', hosts: ['api.example'] },
    'PATCH /credentials/{credentialId}': { hosts: ['api.example'] },
    'POST /tool-servers': { kind: 'mcp_http', name: 'x', url: 'https://tools.example/mcp' },
    'PATCH /tool-servers/{toolServerId}': { enabled: false },
    'PATCH /runs/{runId}/steps/{stepId}': { goal: 'x' },
    'PATCH /workspace': { name: 'x' },
    'PUT /models/{provider}/{model}': { contextTokens: 1000 },
    'PUT /approval-webhook': { url: 'https://hooks.example/x', secret: 'sixteen characters' },
  };
  bodies['PATCH /workflows/{workflowId}'] = bodies['POST /workflows'];
  const prefixes: Record<string, Parameters<typeof newId>[0]> = {
    taskId: 'task',
    agentId: 'agent',
    workflowId: 'workflow',
    runId: 'run',
    fileId: 'file',
    keyId: 'key',
    budgetId: 'budget',
    approvalId: 'approval',
    ruleId: 'approvalRule',
    conversationId: 'conversation',
    messageId: 'message',
    memoryId: 'memory',
    credentialId: 'credential',
    toolServerId: 'toolServer',
  };
  const open = new Set(['POST /session', 'DELETE /session', 'POST /workflows/validate']);
  const unsafe = listAllOperations()
    .map(({ method, path }) => [method.toUpperCase(), path] as const)
    .filter(([method, path]) => method !== 'GET' && !open.has(`${method} ${path}`));

  test.each(unsafe)('a viewer may not %s %s', async (method, path) => {
    const key = await api.keyOf('viewer');
    const filled = path
      .replace('{revision}', '1')
      .replace('{provider}', 'openai')
      .replace(/\{(\w+)\}/g, (_, name: string) => newId(prefixes[name] ?? 'task'));
    const form = path === '/files' ? new FormData() : undefined;
    form?.append('files', new Blob(['x']), 'x.txt');
    const wish = form ? { form } : { body: bodies[`${method} ${path}`] };
    const { status, body } = await api.problem(method, filled.slice(1), { key, ...wish });
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });

  test('an operator runs things but hands out no keys', async () => {
    const key = await api.keyOf('operator');
    expect((await api.ask('POST', 'tasks', { key, body: { goal: 'x' } })).status).toBe(201);
    expect((await api.ask('POST', 'keys', { key, body: { name: 'x' } })).status).toBe(403);
  });
});

describe('API keys', () => {
  test('a key is shown once, works at once, and no longer when revoked', async () => {
    const { status, body: made } = await api.ask<CreatedKey>('POST', 'keys', {
      body: { name: 'ci', role: 'operator' },
    });
    expect(status).toBe(201);
    const key = made.secret ?? '';
    expect(key).toMatch(/^adj_/);
    expect((await api.ask<Session>('GET', 'session', { key })).body).toMatchObject({
      role: 'operator',
      csrf: null,
    });
    const stored = await api.db.acrossWorkspaces<{ hash: string }>(
      'SELECT hash FROM api_keys WHERE id = $1',
      [made.id],
    );
    expect(stored[0]?.hash).not.toContain(key.slice(4));
    expect((await api.ask('DELETE', `keys/${made.id}`)).status).toBe(204);
    expect((await api.ask('GET', 'session', { key })).status).toBe(401);
  });

  test('only owners handle keys', async () => {
    const key = await api.keyOf('operator');
    expect((await api.ask('POST', 'keys', { key, body: { name: 'x' } })).status).toBe(403);
    expect((await api.ask('GET', 'keys', { key })).status).toBe(403);
  });

  test('a replayed answer has no secret', async () => {
    const headers = { 'idempotency-key': 'make-a-key' };
    const first = await api.ask<CreatedKey>('POST', 'keys', { body: { name: 'once' }, headers });
    const again = await api.ask<CreatedKey>('POST', 'keys', { body: { name: 'once' }, headers });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual({ ...first.body, secret: null });
    const [row] = await api.db.acrossWorkspaces<{ body: unknown }>(
      `SELECT body FROM idempotency_keys WHERE key = 'make-a-key'`,
    );
    expect(JSON.stringify(row)).not.toContain(first.body.secret);
  });
});

test('nobody gets in without a key, except to what says whether it lives and how it is used', async () => {
  for (const path of ['agents', 'keys', 'session', '/metrics', '/status']) {
    const { status, headers, body } = await api.problem('GET', path, { key: null });
    expect([path, status, body.code, headers.get('www-authenticate')]).toEqual([
      path,
      401,
      'unauthenticated',
      'Bearer realm="adjutant"',
    ]);
  }
  for (const path of ['/livez', '/readyz', '/docs', '/api/v2/openapi.json']) {
    expect([path, (await api.ask('GET', path, { key: null })).status]).toEqual([path, 200]);
  }
});
