import { beforeAll, describe, expect, test } from '@jest/globals';
import { defaultWeights } from '../../src/contracts/assignment.ts';
import type { Workspace } from '../../src/contracts/workspace.ts';
import { plantTree } from './support/plant-tree.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await runApi();
});

describe('a rating', () => {
  test('of a completed task is shown with it and changes nothing twice', async () => {
    const { rootId } = await plantTree(api, { children: 1 });
    await api.db.acrossWorkspaces(`UPDATE tasks SET status = 'completed', ended_at = now() WHERE id = $1`, [
      rootId,
    ]);
    const rate = (body: object, options: object = {}) =>
      api.ask('POST', `tasks/${rootId}/rating`, { body, ...options });
    expect((await rate({ rating: 4, note: 'Good.' })).body).toMatchObject({
      rating: { rating: 4, note: 'Good.' },
    });
    await rate({ rating: 4, note: 'Good.' });
    const events = await api.db.acrossWorkspaces(
      `SELECT data FROM events WHERE stream = $1 AND type = 'task.rated'`,
      [`task/${rootId}`],
    );
    expect(events).toEqual([{ data: { rating: 4 } }]);
    expect((await rate({ rating: 1 }, { key: await api.keyOf('viewer') })).status).toBe(403);
    expect((await rate({ rating: 1 }, { key: await api.keyOf('owner', { foreign: true }) })).status).toBe(
      404,
    );
  });

  test('of what is not completed, and one that is none, is refused with every fault', async () => {
    const { rootId } = await plantTree(api, { children: 1 });
    await api.db.acrossWorkspaces(`UPDATE tasks SET status = 'failed' WHERE id = $1`, [rootId]);
    const early = await api.problem('POST', `tasks/${rootId}/rating`, { body: { rating: 3 } });
    expect([early.status, early.body.code]).toEqual([409, 'wrong_state']);
    const wrong = await api.problem('POST', `tasks/${rootId}/rating`, {
      body: { rating: 6, note: 7, stars: 1 },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.body.problems.map(({ pointer }) => pointer).sort()).toEqual(['/note', '/rating', '/stars']);
    const [row] = await api.db.acrossWorkspaces(`SELECT rating FROM tasks WHERE id = $1`, [rootId]);
    expect(row).toEqual({ rating: null });
  });
});

describe('the workspace', () => {
  test('keeps its weights; null brings back those of everybody; only owners change them', async () => {
    const before = await api.ask<Workspace>('GET', 'workspace');
    expect(before.body).toMatchObject({ name: 'Home', assignmentWeights: defaultWeights });
    const assignmentWeights = { ...defaultWeights, success: 90 };
    const changed = await api.ask<Workspace>('PATCH', 'workspace', {
      body: { assignmentWeights },
      headers: { 'if-match': before.headers.get('etag') ?? '' },
    });
    expect(changed.body.assignmentWeights).toEqual(assignmentWeights);
    const late = await api.problem('PATCH', 'workspace', {
      body: { name: 'Late' },
      headers: { 'if-match': before.headers.get('etag') ?? '' },
    });
    expect(late.status).toBe(412);
    const key = await api.keyOf('operator');
    expect((await api.problem('PATCH', 'workspace', { body: { name: 'Mine' }, key })).status).toBe(403);
    const back = await api.ask<Workspace>('PATCH', 'workspace', {
      body: { assignmentWeights: null, name: 'House' },
    });
    expect(back.body).toMatchObject({ name: 'House', assignmentWeights: defaultWeights });
  });

  test('refuses weights that weigh nothing', async () => {
    const nothing = Object.fromEntries(Object.keys(defaultWeights).map((name) => [name, 0]));
    const { status, body } = await api.problem('PATCH', 'workspace', {
      body: { assignmentWeights: nothing },
    });
    expect([status, body.problems.map(({ pointer }) => pointer)]).toEqual([422, ['/assignmentWeights']]);
  });
});

test('a task with a deadline that is over is refused with its place', async () => {
  const { status, body } = await api.problem('POST', 'tasks', {
    body: { goal: 'Be quick.', deadline: '2020-01-01T00:00:00Z' },
  });
  expect([status, body.problems.map(({ pointer }) => pointer)]).toEqual([422, ['/deadline']]);
});

test('metrics of an agent that is not there, or of another workspace, are not found', async () => {
  const { body } = await api.ask<{ items: { id: string }[] }>('GET', 'agents');
  const path = `agents/${body.items[0]?.id}/metrics`;
  expect((await api.ask('GET', path)).body).toMatchObject({
    overall: { success: 0.75, tasks: 0, usd: null, seconds: null },
    failing: null,
  });
  expect((await api.ask('GET', path, { key: await api.keyOf('owner', { foreign: true }) })).status).toBe(404);
  expect((await api.ask('GET', 'agents/agt_01k5zj7q3ve4r9t0m2n4p6q8s0/metrics')).status).toBe(404);
});
