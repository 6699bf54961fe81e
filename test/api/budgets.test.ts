import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Budget } from '../../src/contracts/budget.ts';
import type { Task } from '../../src/contracts/task.ts';
import type { Workspace } from '../../src/contracts/workspace.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await runApi();
});

const give = async () =>
  (await api.ask<Task>('POST', 'tasks', { body: { goal: 'Compare three suppliers.' } })).body;
const list = async (filter: string) =>
  (await api.ask<{ items: Budget[] }>('GET', `budgets?filter=${encodeURIComponent(filter)}`)).body.items;

describe('budgets', () => {
  test('a fresh workspace has $20 a day; a new goal shows its $5', async () => {
    expect(await list('scope == "workspace"')).toMatchObject([
      { limitUsd: 20, spentUsd: 0, reservedUsd: 0, limitTokens: null, taskId: null, agentId: null },
    ]);
    const task = await give();
    expect(task.budget).toMatchObject({ limitUsd: 5, spentUsd: 0, reservedUsd: 0, limitTokens: 5_000_000 });
    const { body } = await api.ask<Task>('GET', `tasks/${task.id}`);
    expect(body.budget).toEqual(task.budget);
    const { body: tree } = await api.ask<{ task: Task }>('GET', `tasks/${task.id}/tree`);
    expect(tree.task.budget).toEqual(task.budget);
    expect(await list(`taskId == "${task.id}"`)).toMatchObject([{ id: task.budget?.id, scope: 'tree' }]);
  });

  test('an owner says what new goals get, and nothing may be no limit', async () => {
    const set = async (goalBudget: object | null) =>
      (await api.ask<Workspace>('PATCH', 'workspace', { body: { goalBudget } })).body.goalBudget;
    expect(await set({ usd: 2 })).toEqual({ usd: 2, tokens: 5_000_000 });
    expect(await set({ tokens: null })).toEqual({ usd: 2, tokens: null });
    // Another setting leaves it alone.
    const { body } = await api.ask<Workspace>('PATCH', 'workspace', { body: { maxHops: null } });
    expect(body.goalBudget).toEqual({ usd: 2, tokens: null });
    expect((await give()).budget).toMatchObject({ limitUsd: 2, limitTokens: null });
    expect(await set(null)).toEqual({ usd: 5, tokens: 5_000_000 });
    expect((await give()).budget).toMatchObject({ limitUsd: 5, limitTokens: 5_000_000 });
  });

  test('limits are changed, added to and removed', async () => {
    const task = await give();
    const path = `budgets/${task.budget?.id}`;
    expect(
      (await api.ask<Budget>('PATCH', path, { body: { limitUsd: 0.5, limitTokens: null } })).body,
    ).toMatchObject({ limitUsd: 0.5, limitTokens: null });
    expect((await api.ask<Budget>('POST', `${path}/top-up`, { body: { usd: 0.25 } })).body).toMatchObject({
      limitUsd: 0.75,
      version: 3,
    });
    expect((await api.ask<Budget>('GET', path)).body).toMatchObject({ limitUsd: 0.75 });
    expect((await api.ask('DELETE', path)).status).toBe(204);
    expect((await api.ask<Task>('GET', `tasks/${task.id}`)).body.budget).toBeNull();
    const made = await api.ask<Budget>('POST', 'budgets', {
      body: { scope: 'tree', taskId: task.id, limitTokens: 1000 },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { scope: 'tree', taskId: task.id, limitUsd: null, limitTokens: 1000 },
    });
    expect(
      (await api.problem('POST', 'budgets', { body: { scope: 'tree', taskId: task.id, limitTokens: 1000 } }))
        .body.code,
    ).toBe('conflict');
  });

  test('bad input is answered with the place of each fault', async () => {
    const task = await give();
    const path = `budgets/${task.budget?.id}`;
    const pointers = async (method: string, to: string, body: unknown) => {
      const answer = await api.problem(method, to, { body });
      expect(answer.status).toBe(422);
      return (answer.body.problems ?? []).map(({ pointer }) => pointer);
    };
    expect(await pointers('POST', 'budgets', { scope: 'planet', limitUsd: -1, colour: 'red' })).toEqual(
      expect.arrayContaining(['/scope', '/limitUsd']),
    );
    expect(
      await pointers('POST', 'budgets', { scope: 'tree', agentId: 'agt_01k5zj7q3ve4r9t0m2n4p6q8s0' }),
    ).toEqual(['/taskId', '/agentId', '/limitUsd']);
    expect(
      await pointers('POST', 'budgets', {
        scope: 'agent',
        agentId: 'agt_01k5zj7q3ve4r9t0m2n4p6q8s0',
        limitUsd: 1,
      }),
    ).toEqual(['/agentId']);
    expect(await pointers('PATCH', path, { limitUsd: null, limitTokens: null })).toEqual(['/limitUsd']);
    expect(await pointers('POST', `${path}/top-up`, {})).toEqual(['/usd']);
    expect(await pointers('POST', `${path}/top-up`, { usd: 0, tokens: 1.5 })).toEqual(['/usd', '/tokens']);
    await api.ask('PATCH', path, { body: { limitTokens: null } });
    expect(await pointers('POST', `${path}/top-up`, { tokens: 5 })).toEqual(['/tokens']);
  });

  test('viewers look, operators change what goals may cost, owners the rest; another workspace sees nothing', async () => {
    const task = await give();
    const tree = `budgets/${task.budget?.id}`;
    const day = `budgets/${(await list('scope == "workspace"'))[0]?.id}`;
    const [viewer, operator, foreign] = [
      await api.keyOf('viewer'),
      await api.keyOf('operator'),
      await api.keyOf('owner', { foreign: true }),
    ];
    const statusOf = async (method: string, path: string, key: string, body?: unknown) =>
      (await api.ask(method, path, { key, body })).status;
    expect(await statusOf('GET', tree, viewer)).toBe(200);
    expect(await statusOf('POST', `${tree}/top-up`, viewer, { usd: 1 })).toBe(403);
    expect(await statusOf('POST', `${tree}/top-up`, operator, { usd: 1 })).toBe(200);
    expect(await statusOf('PATCH', day, operator, { limitUsd: 100 })).toBe(403);
    expect(await statusOf('POST', 'budgets', operator, { scope: 'workspace', limitUsd: 1 })).toBe(403);
    expect(await statusOf('PATCH', day, api.ownerKey, { limitUsd: 100 })).toBe(200);
    for (const [method, path, body] of [
      ['GET', tree],
      ['PATCH', tree, { limitUsd: 1 }],
      ['POST', `${tree}/top-up`, { usd: 1 }],
      ['DELETE', tree],
    ] as const) {
      expect(await statusOf(method, path, foreign, body)).toBe(404);
    }
    expect((await api.ask<{ items: Budget[] }>('GET', 'budgets', { key: foreign })).body.items).toEqual([]);
  });
});
