import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from '../../src/contracts/page.ts';
import type { Task, TaskTree } from '../../src/contracts/task.ts';
import type { Database } from '../../src/db/record.ts';
import { type RunningApi, runApi } from './support/running-api.ts';
import { plantTree } from './support/plant-tree.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

const give = (goal: string, more: object = {}) => api.ask<Task>('POST', 'tasks', { body: { goal, ...more } });

describe('giving a goal', () => {
  test('it is accepted with its event and its outbox entry in one transaction', async () => {
    const { status, headers, body } = await give('Write a memo.\nThree risks.', { priority: 'high' });
    expect([status, headers.get('location')]).toEqual([201, `/api/v2/tasks/${body.id}`]);
    expect(body).toMatchObject({
      title: 'Write a memo.',
      status: 'pending',
      priority: 'high',
      rootId: body.id,
      attempt: 0,
      attempts: [],
      cost: { usd: 0, calls: 0 },
      temporal: {
        workflowId: `task/${body.id}`,
        url: `http://127.0.0.1:8233/namespaces/default/workflows/task%2F${body.id}`,
        startedAt: null,
      },
    });
    const events = await api.ask<Page<{ type: string; seq: number }>>('GET', `tasks/${body.id}/events`);
    expect(events.body.items.map(({ type, seq }) => [type, seq])).toEqual([['task.created', 1]]);
    const outbox = await api.db.acrossWorkspaces('SELECT label FROM outbox WHERE target = $1', [
      `task/${body.id}`,
    ]);
    expect(outbox).toEqual([{ label: 'Write a memo.' }]);
  });

  test('a goal whose title would end in half of a character has one of whole ones', async () => {
    for (const lead of ['', 'x']) {
      const { status, body } = await give(lead + '🌊'.repeat(80));
      expect([status, body.title.isWellFormed()]).toEqual([201, true]);
    }
  });

  test('twice under one Idempotency-Key makes one task', async () => {
    const wish = { body: { goal: 'Once only' }, headers: { 'idempotency-key': 'goal-1' } };
    const [one, other] = await Promise.all([
      api.ask<Task>('POST', 'tasks', wish),
      api.ask<Task>('POST', 'tasks', wish),
    ]);
    expect(one.body.id).toBe(other.body.id);
  });

  test('it can be cancelled, with or without a reason', async () => {
    const { body } = await give('Stop me');
    const { status } = await api.ask('POST', `tasks/${body.id}/cancel`, {
      body: { reason: 'Changed my mind' },
    });
    expect(status).toBe(202);
    const { body: other } = await give('Stop me too');
    expect((await api.ask('POST', `tasks/${other.id}/cancel`)).status).toBe(202);
  });

  test('it is not tried again before it has ended, nor while it is being cancelled: nothing changes', async () => {
    const { body } = await give('Still at work');
    const retry = () => api.problem('POST', `tasks/${body.id}/retry`, { body: {} });
    const told = async () => (await api.ask<Page<unknown>>('GET', `tasks/${body.id}/events`)).body.items;
    const before = await told();
    expect((await retry()).body).toMatchObject({ status: 409, code: 'wrong_state' });
    expect(await told()).toEqual(before);
    await api.ask('POST', `tasks/${body.id}/cancel`);
    expect((await retry()).body).toMatchObject({ status: 409, code: 'wrong_state' });
    const [row] = await api.db.acrossWorkspaces<{ status: string; cancelRequestedAt: Date | null }>(
      'SELECT status, cancel_requested_at FROM tasks WHERE id = $1',
      [body.id],
    );
    expect(row).toEqual({ status: 'pending', cancelRequestedAt: expect.any(Date) });
  });

  test('lists are filtered by what people ask for', async () => {
    await give('Find the needle', { priority: 'urgent' });
    const filter = encodeURIComponent(
      'priority == "urgent" && title.contains("needle") && cost < 0.5 && status in ["pending", "waiting"]',
    );
    const { body } = await api.ask<Page<Task>>(
      'GET',
      `tasks?filter=${filter}&orderBy=urgency desc, createdAt`,
    );
    expect(body.items.map(({ title }) => title)).toEqual(['Find the needle']);
  });
});

describe('a tree of tasks', () => {
  test('shows plan, run, steps, agents, attempts and costs of all', async () => {
    const { rootId, runId, childIds } = await plantTree(api, { children: 3 });
    const { status, body } = await api.ask<TaskTree>('GET', `tasks/${rootId}/tree`);
    expect(status).toBe(200);
    expect(body.plan).toEqual({ origin: 'template', name: 'Planted', reason: 'It fits best.' });
    expect(body.run).toMatchObject({
      id: runId,
      status: 'running',
      cost: { usd: 0.006, calls: 3, inputTokens: 300, outputTokens: 30 },
    });
    expect(
      body.run?.steps.map(({ key, title, status: now, agent, cost }) => [
        key,
        title,
        now,
        agent?.name,
        cost.usd,
      ]),
    ).toEqual([
      ['read', 'Read', 'in_progress', undefined, 0],
      ['read[0]', 'Read part 1', 'in_progress', 'Researcher', 0.002],
      ['read[1]', 'Read part 2', 'in_progress', 'Researcher', 0.002],
      ['read[2]', 'Read part 3', 'in_progress', 'Researcher', 0.002],
    ]);
    expect(body.children.map(({ task }) => task.id)).toEqual(childIds);
    expect(body.children[0]?.task).toMatchObject({
      attempt: 1,
      attempts: [{ n: 1, status: 'running', agent: { name: 'Researcher' } }],
    });
    expect([body.task.cost.usd, body.task.treeCost.usd]).toEqual([0.01, 0.016]);
    const { body: single } = await api.ask<Task>('GET', `tasks/${rootId}`);
    expect(single).toEqual(body.task);
  });

  test('takes the same few statements however many tasks there are', async () => {
    const few = await plantTree(api, { children: 2 });
    const many = await plantTree(api, { children: 60 });
    const count = await countStatements(api.db, () => api.ask('GET', `tasks/${few.rootId}/tree`));
    expect(await countStatements(api.db, () => api.ask('GET', `tasks/${many.rootId}/tree`))).toBe(count);
    expect(count).toBeLessThan(20);
  });

  test('a price that nobody knows makes the sum unknown; a call that still runs does not', async () => {
    const { rootId, childIds } = await plantTree(api, { children: 2 });
    const set = (child: string, outcome: string) =>
      api.db.acrossWorkspaces('UPDATE ledger SET micro_usd = NULL, outcome = $2 WHERE task_id = $1', [
        child,
        outcome,
      ]);
    await set(childIds[0] ?? '', 'open');
    const running = await api.ask<Task>('GET', `tasks/${rootId}`);
    expect(running.body.treeCost.usd).toBe(0.012);
    await set(childIds[1] ?? '', 'ok');
    const unknown = await api.ask<TaskTree>('GET', `tasks/${rootId}/tree`);
    expect([unknown.body.task.cost.usd, unknown.body.task.treeCost.usd]).toEqual([0.01, null]);
  });

  test('is looked into: ledger, assignment, plan, transcript, the exact call', async () => {
    const { rootId, runId, childIds, callIds } = await plantTree(api, { children: 2 });
    const ledger = await api.ask<Page<{ usd: number }>>('GET', `tasks/${rootId}/ledger`);
    expect([ledger.body.totalSize, ledger.body.items.map(({ usd }) => usd).sort()]).toEqual([
      3,
      [0.002, 0.002, 0.01],
    ]);
    const assignment = await api.ask<{ items: object[] }>('GET', `tasks/${childIds[0]}/assignment`);
    expect(assignment.body.items).toEqual([expect.objectContaining({ attempt: 1, reason: 'Best fit.' })]);
    const plan = await api.ask('GET', `tasks/${rootId}/plan`);
    expect(plan.body).toMatchObject({
      runId,
      origin: 'template',
      version: 1,
      definition: { name: 'Planted' },
    });
    expect((await api.problem('GET', `tasks/${childIds[0]}/plan`)).status).toBe(404);
    const transcript = await api.ask<Page<{ role: string }>>(
      'GET',
      `tasks/${childIds[0]}/transcript?pageSize=1`,
    );
    expect([transcript.body.items.map(({ role }) => role), transcript.body.nextPageToken]).toEqual([
      ['user'],
      '1',
    ]);
    const call = await api.ask('GET', `model-calls/${callIds[0]}`);
    expect(call.body).toMatchObject({
      status: 'settled',
      request: { kind: 'complete', system: 'You are.' },
      messages: [{ role: 'user', content: { text: 'hello' } }],
      reply: { text: 'hi' },
      tries: [{ try: 1, usd: 0.002 }],
    });
  });

  test('usage adds up by model, agent, tree and day', async () => {
    const { rootId } = await plantTree(api, { children: 1 });
    for (const [groupBy, key] of [
      ['model', 'fake/tiny'],
      ['task', rootId],
      ['day', new Date().toISOString().slice(0, 10)],
    ]) {
      const { body } = await api.ask<{ items: { key: string; cost: { calls: number } }[] }>(
        'GET',
        `usage?groupBy=${groupBy}`,
      );
      expect(body.items.map((line) => line.key)).toContain(key);
    }
  });
});

/** Statements that one request takes, counted by the driver's logger. */
async function countStatements(db: Database, work: () => Promise<unknown>): Promise<number> {
  let statements = 0;
  const { dataSource } = db;
  const before = dataSource.logger;
  const counting = Object.assign(Object.create(before) as typeof before, {
    logQuery: () => {
      statements += 1;
    },
  });
  Object.assign(dataSource, { logger: counting });
  try {
    await work();
  } finally {
    Object.assign(dataSource, { logger: before });
  }
  return statements;
}
