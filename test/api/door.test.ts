import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Agent } from '../../src/contracts/agent.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

const agent = (name: string) => ({ name, role: 'master_operator' });

describe('an Idempotency-Key', () => {
  test('gives the first answer again and does the work once', async () => {
    const before = await api.count('agents');
    const wish = { body: agent('Once'), headers: { 'idempotency-key': 'a1' } };
    const first = await api.ask<Agent>('POST', 'agents', wish);
    const again = await api.ask<Agent>('POST', 'agents', wish);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect([again.status, again.body, again.headers.get('location')]).toEqual([
      201,
      first.body,
      first.headers.get('location'),
    ]);
    expect(await api.count('agents')).toBe(before + 1);
  });

  test('of ten at once, one does the work and nine get its answer', async () => {
    const before = await api.count('agents');
    const wish = { body: agent('Ten'), headers: { 'idempotency-key': 'ten' } };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.ask<Agent>('POST', 'agents', wish)),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(9);
    expect(await api.count('agents')).toBe(before + 1);
  });

  test('with another body is refused', async () => {
    const headers = { 'idempotency-key': 'b1' };
    await api.ask('POST', 'agents', { body: agent('Body'), headers });
    const { status, body } = await api.problem('POST', 'agents', { body: agent('Other body'), headers });
    expect([status, body.code]).toEqual([409, 'idempotency_mismatch']);
  });

  test('belongs to its principal', async () => {
    const headers = { 'idempotency-key': 'c1' };
    const one = await api.ask<Agent>('POST', 'agents', { body: agent('Mine'), headers });
    const other = await api.ask<Agent>('POST', 'agents', {
      body: agent('Mine'),
      headers,
      key: await api.keyOf('operator'),
    });
    expect(other.status).toBe(201);
    expect(other.body.id).not.toBe(one.body.id);
  });

  test('keeps no answer of what failed, so that it can be tried again', async () => {
    const headers = { 'idempotency-key': 'd1' };
    const viewer = await api.keyOf('viewer');
    expect((await api.ask('POST', 'agents', { body: agent('Fails'), headers, key: viewer })).status).toBe(
      403,
    );
    expect(await api.db.acrossWorkspaces(`SELECT 1 FROM idempotency_keys WHERE key = 'd1'`)).toEqual([]);
  });

  test('is free again after a day', async () => {
    const wish = { body: agent('Daily'), headers: { 'idempotency-key': 'e1' } };
    const first = await api.ask<Agent>('POST', 'agents', wish);
    await api.db.acrossWorkspaces(
      `UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'e1'`,
    );
    const next = await api.ask<Agent>('POST', 'agents', wish);
    expect(next.headers.get('idempotent-replayed')).toBeNull();
    expect(next.body.id).not.toBe(first.body.id);
  });
});

describe('the door', () => {
  test('says which methods an address takes', async () => {
    const { status, headers, body } = await api.problem('PUT', 'agents');
    expect([status, body.code, headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'GET, HEAD, OPTIONS, POST',
    ]);
    expect((await api.ask('OPTIONS', 'agents')).status).toBe(204);
  });

  test('does not know unknown addresses', async () => {
    const { status, headers, body } = await api.problem('GET', 'nothing/here');
    expect([status, body.code]).toEqual([404, 'not_found']);
    expect(headers.get('content-type')).toMatch('application/problem+json');
    expect((await api.problem('GET', '/nowhere', { headers: { accept: 'application/json' } })).status).toBe(
      404,
    );
  });

  test('names every request, in the answer, in the problem and in the log', async () => {
    const { headers, body } = await api.problem('GET', 'agents/agt_01k5zj7q3ve4r9t0m2n4p6q8s0', {
      headers: { 'x-request-id': 'my-request-1' },
    });
    expect(headers.get('x-request-id')).toBe('my-request-1');
    expect(body.instance).toBe('my-request-1');
    const line = api.logs.find((each) => each.requestId === 'my-request-1');
    expect(line).toMatchObject({ agentId: 'agt_01k5zj7q3ve4r9t0m2n4p6q8s0', res: { statusCode: 404 } });
    expect(JSON.stringify(api.logs)).not.toContain(api.ownerKey);
  });

  test('shows nothing of what it did not foresee, and logs all of it', async () => {
    const hurt = await runApi({ models: () => Promise.reject(new Error('the secret plan')) });
    const { status, body } = await hurt.problem('GET', 'models');
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('secret plan');
    expect(JSON.stringify(hurt.logs)).toContain('the secret plan');
  });

  test('limits how often one caller asks, and says when to come back', async () => {
    const narrow = await runApi({ rateLimits: { perCaller: 3, refusedPerAddress: 100 } });
    for (let n = 0; n < 3; n += 1) expect((await narrow.ask('GET', 'agents')).status).toBe(200);
    const { status, headers, body } = await narrow.problem('GET', 'agents');
    expect([status, body.code]).toEqual([429, 'too_many_requests']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body.detail).toContain('More than 3 requests');
  });

  test('limits guessing at keys without locking out who has one', async () => {
    const narrow = await runApi({ rateLimits: { perCaller: 100, refusedPerAddress: 3 } });
    expect((await narrow.ask('GET', 'agents')).status).toBe(200);
    const guess = async (n: number) => (await narrow.ask('GET', 'agents', { key: `adj_${n}` })).status;
    expect([await guess(1), await guess(2), await guess(3), await guess(4)]).toEqual([401, 401, 401, 429]);
    expect((await narrow.ask('GET', 'agents')).status).toBe(200);
  });

  test('tells a wrong method from a wrong id, also where a literal address fits a pattern', async () => {
    expect((await api.problem('PATCH', 'workflows/validate', { body: {} })).headers.get('allow')).toBe(
      'OPTIONS, POST',
    );
    expect((await api.problem('GET', 'workflows/nonsense')).status).toBe(404);
    expect((await api.problem('PUT', 'workflows/nonsense')).status).toBe(405);
  });

  test('sends the headers that our page needs, and none that plain http breaks', async () => {
    const { headers } = await api.ask('GET', '/docs', { key: null });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  test('is ready only while it accepts and its database answers', async () => {
    let accepting = true;
    const ending = await runApi({ health: { accepting: () => accepting, redis: () => false } });
    const before = await ending.ask('GET', '/readyz', { key: null });
    expect([before.status, before.body.redis]).toEqual([200, false]);
    accepting = false;
    expect((await ending.ask('GET', '/readyz', { key: null })).status).toBe(503);
    expect((await ending.ask('GET', '/livez', { key: null })).status).toBe(200);
  });
});
