import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Agent } from '../../src/contracts/agent.ts';
import type { Page } from '../../src/contracts/page.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

const create = (name: string, more: object = {}) =>
  api.ask<Agent>('POST', 'agents', {
    body: { name, role: 'master_operator', capabilities: [{ name: 'testing', level: 2 }], ...more },
  });

describe('agents', () => {
  test('the seeded team is there and idle', async () => {
    const { status, body } = await api.ask<Page<Agent>>('GET', 'agents?orderBy=name');
    expect(status).toBe(200);
    expect(body.items.map(({ name, status: now }) => [name, now])).toEqual([
      ['Analyst', 'idle'],
      ['Chief of Staff', 'idle'],
      ['Researcher', 'idle'],
      ['Reviewer', 'idle'],
      ['Writer', 'idle'],
    ]);
    expect(body).toMatchObject({ nextPageToken: null, totalSize: 5 });
  });

  test('one is created with defaults, and Location leads to it', async () => {
    const { status, headers, body } = await create('Tester');
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v2/agents/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({ revision: 1, status: 'idle', limits: { maxConcurrent: 4 }, active: 0 });
    const read = await api.ask('GET', headers.get('location') ?? '');
    expect(read.body).toEqual(body);
  });

  test('a change makes a revision, spreads capabilities for the search and is an event', async () => {
    const { body: made } = await create('Changer');
    const { body } = await api.ask<Agent>('PATCH', `agents/${made.id}`, {
      body: { capabilities: [{ name: 'juggling', level: 5 }] },
      headers: { 'if-match': '"1"' },
    });
    expect(body).toMatchObject({
      revision: 2,
      name: 'Changer',
      capabilities: [{ name: 'juggling', level: 5 }],
    });
    const rows = await api.db.acrossWorkspaces(
      `SELECT name, level FROM agent_capabilities WHERE agent_id = $1 AND name <> ''`,
      [made.id],
    );
    expect(rows).toEqual([{ name: 'juggling', level: 5 }]);
    const events = await api.db.acrossWorkspaces(
      'SELECT type, seq, data FROM events WHERE stream = $1 ORDER BY seq',
      [`agent/${made.id}`],
    );
    expect(events).toEqual([
      { type: 'agent.created', seq: 1, data: { name: 'Changer', revision: 1 } },
      { type: 'agent.updated', seq: 2, data: { name: 'Changer', revision: 2, changed: ['capabilities'] } },
    ]);
    const revisions = await api.ask<{ items: { revision: number }[] }>('GET', `agents/${made.id}/revisions`);
    expect(revisions.body.items.map(({ revision }) => revision)).toEqual([2, 1]);
  });

  test('a change of one limit leaves the others as they are, and says what is wrong with each', async () => {
    const limits = { maxConcurrent: 2, maxTurns: 77 };
    const { body: made } = await create('Limited', { limits, modelPolicy: { temperature: 0.5 } });
    const change = { limits: { maxConcurrent: 3 }, modelPolicy: { maxOutputTokens: 999 } };
    const { body } = await api.ask<Agent>('PATCH', `agents/${made.id}`, { body: change });
    expect(body.limits).toEqual({ ...made.limits, maxConcurrent: 3 });
    expect(body.modelPolicy).toEqual({ ...made.modelPolicy, maxOutputTokens: 999 });
    const wrong = { limits: { maxConcurrent: 0, maxTurn: 5 } };
    const { body: problem } = await api.problem('PATCH', `agents/${made.id}`, { body: wrong });
    expect(problem.problems?.map(({ pointer }) => pointer)).toEqual([
      '/limits/maxConcurrent',
      '/limits/maxTurn',
    ]);
  });

  test('of two who changed the same revision the second is refused, and nothing of it stays', async () => {
    const { body: made } = await create('Contested');
    const change = (name: string) =>
      api.ask('PATCH', `agents/${made.id}`, { body: { name }, headers: { 'if-match': '"1"' } });
    const answers = await Promise.all([change('First'), change('Second')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const { body } = await api.ask<Agent>('GET', `agents/${made.id}`);
    expect(body.revision).toBe(2);
  });

  test('a change that changes nothing makes no revision', async () => {
    const { body: made } = await create('Same');
    const { body } = await api.ask<Agent>('PATCH', `agents/${made.id}`, { body: { name: 'Same' } });
    expect(body.revision).toBe(1);
  });

  test('an older revision can be restored as a new one', async () => {
    const { body: made } = await create('Before');
    await api.ask('PATCH', `agents/${made.id}`, { body: { name: 'After' } });
    const { body } = await api.ask<Agent>('POST', `agents/${made.id}/revisions/1/restore`);
    expect(body).toMatchObject({ name: 'Before', revision: 3 });
  });

  test('it is paused, resumed and archived, each twice without harm', async () => {
    const { body: made } = await create('Resting');
    for (const [action, status] of [
      ['pause', 'offline'],
      ['pause', 'offline'],
      ['resume', 'idle'],
      ['resume', 'idle'],
    ]) {
      const { body } = await api.ask<Agent>('POST', `agents/${made.id}/${action}`);
      expect(body.status).toBe(status);
    }
    expect((await api.ask('DELETE', `agents/${made.id}`)).status).toBe(204);
    expect((await api.ask('DELETE', `agents/${made.id}`)).status).toBe(204);
    const { body: gone } = await api.ask<Agent>('GET', `agents/${made.id}`);
    expect(gone).toMatchObject({ status: 'offline', archivedAt: expect.any(String) });
    const { body: list } = await api.ask<Page<Agent>>('GET', 'agents');
    expect(list.items.map(({ id }) => id)).not.toContain(made.id);
    expect((await api.problem('POST', `agents/${made.id}/resume`)).body.code).toBe('wrong_state');
  });

  test('lists are filtered by CEL and cut into pages that neither skip nor repeat', async () => {
    for (let n = 0; n < 5; n += 1)
      await create(`Page ${n}`, { capabilities: [{ name: 'paging', level: 1 }] });
    const filter = encodeURIComponent('"paging" in capabilities && name.startsWith("Page") && !archived');
    const seen: string[] = [];
    let token: string | null = '';
    while (token !== null) {
      const next: string = token ? `&pageToken=${token}` : '';
      const { body }: { body: Page<Agent> } = await api.ask(
        'GET',
        `agents?filter=${filter}&orderBy=name desc&pageSize=2${next}`,
      );
      expect(body.totalSize).toBe(5);
      seen.push(...body.items.map(({ name }) => name));
      token = body.nextPageToken;
    }
    expect(seen).toEqual(['Page 4', 'Page 3', 'Page 2', 'Page 1', 'Page 0']);
  });

  test('viewers read and change nothing', async () => {
    const key = await api.keyOf('viewer');
    expect((await api.ask('GET', 'agents', { key })).status).toBe(200);
    const before = await api.count('agents');
    const { status, body } = await api.problem('POST', 'agents', {
      key,
      body: { name: 'No', role: 'master_operator' },
    });
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(await api.count('agents')).toBe(before);
  });
});
