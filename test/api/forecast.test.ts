import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Forecast } from '../../src/contracts/forecast.ts';
import type { Task } from '../../src/contracts/task.ts';
import { newId } from '../../src/db/new-id.ts';
import { insertTask } from '../../src/db/task-store.ts';
import { findEntry } from '../../src/models/catalogue.ts';
import { createReserve } from '../../src/models/reserve.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

const sol = findEntry('gpt-6.1-sol');
let api: RunningApi;
beforeAll(async () => {
  if (!sol) throw new Error('The catalogue has changed.');
  const reserve = createReserve({ entry: () => sol });
  api = await runApi({ launch: () => Promise.resolve({ candidates: [sol], reserve }) });
});
beforeEach(() => api.db.acrossWorkspaces('TRUNCATE tasks, ledger CASCADE'));

/** A goal of the Chief of Staff that was completed, with one call in the ledger. */
function finished(goal: string, { usd, seconds = 60 }: { usd: number | null; seconds?: number }) {
  return api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, async (tx) => {
    const id = newId('task');
    const role = 'chief_of_staff' as const;
    const now = new Date();
    await insertTask(tx, {
      ...{ id, rootId: id, role, title: goal, goal, status: 'completed', priority: 1, depth: 0, actor: 'me' },
      startedAt: new Date(now.getTime() - seconds * 1000),
      endedAt: now,
    });
    await tx.sql(
      `INSERT INTO ledger (id, workspace_id, call_id, call_key, try, task_id, root_task_id, attempt, provider, model, purpose, outcome, input_tokens, output_tokens, micro_usd)
       VALUES ($1, $2, $1, $3, 1, $3, $3, 1, 'openai', 'm', 'work', 'ok', 900, 100, $4)`,
      [newId('ledgerEntry'), tx.workspaceId, id, usd === null ? null : usd * 1e6],
    );
  });
}
const forecast = async (goal: string, more: object = {}) =>
  (await api.ask<Forecast>('POST', '/api/v2/tasks/forecast', { body: { goal, ...more } })).body;

describe('a forecast', () => {
  test('says plainly when there is no history, and stores nothing', async () => {
    expect(await forecast('Write the board memo.')).toMatchObject({
      usd: null,
      tokens: null,
      seconds: null,
      basis: { kind: 'none', goals: 0, text: expect.stringContaining('There is no history yet') },
      limit: { usd: 5, tokens: 5_000_000 },
    });
    expect(await api.count('tasks')).toBe(0);
  });

  test('is a range from goals in similar words when there are enough, else from all', async () => {
    for (const usd of [1, 1.2, 1.4]) await finished('Compare the offers of three suppliers.', { usd });
    for (let n = 0; n < 9; n += 1) await finished(`Zebra ${n} quiz`, { usd: 0.01 });
    const similar = await forecast('Compare the offers of four suppliers.');
    expect(similar.basis).toMatchObject({ kind: 'similar', goals: 3 });
    expect(similar.usd).toEqual({ low: 0.5, likely: 1.2, high: 2.8 });
    const other = await forecast('Paint it blue.');
    expect(other.basis).toMatchObject({ kind: 'all', goals: 12 });
    expect(other.usd).toMatchObject({ low: 0.01, likely: 0.01 });
    expect(other.tokens).toMatchObject({ likely: 1000 });
    expect(other.seconds?.likely).toBeCloseTo(60, 1);
  });

  test('names no money when a model without a known price took part', async () => {
    await finished('Compare.', { usd: null });
    expect(await forecast('Compare.')).toMatchObject({ usd: null, tokens: { low: 500, high: 2000 } });
  });

  test('warns when the budget may not be enough', async () => {
    await finished('Compare.', { usd: 2 });
    expect((await forecast('Compare.', { budget: { usd: 3 } })).warning).toContain('up to $4.00');
    expect((await forecast('Compare.', { budget: { usd: null } })).warning).toBeNull();
  });

  test('is kept with the goal, beside what it really costs', async () => {
    await finished('Compare.', { usd: 2 });
    const { body } = await api.ask<Task>('POST', '/api/v2/tasks', { body: { goal: 'Compare.' } });
    const { body: read } = await api.ask<Task>('GET', `/api/v2/tasks/${body.id}`);
    expect(read).toMatchObject({
      forecast: { usd: { likely: 2 }, basis: { goals: 1 } },
      treeCost: { usd: 0 },
    });
  });
});

describe('a budget at launch', () => {
  test('takes the place of what the workspace gives, each half by itself; null lifts it', async () => {
    const give = async (budget?: object) =>
      (await api.ask<Task>('POST', '/api/v2/tasks', { body: { goal: 'Go.', budget } })).body.budget;
    expect(await give()).toMatchObject({ limitUsd: 5, limitTokens: 5_000_000 });
    expect(await give({ usd: 2.5 })).toMatchObject({ limitUsd: 2.5, limitTokens: 5_000_000 });
    expect(await give({ usd: null, tokens: 70_000 })).toMatchObject({ limitUsd: null, limitTokens: 70_000 });
    expect(await give({ usd: null, tokens: null })).toBeNull();
  });

  test('that is too small for one call says so at once, and nothing is stored', async () => {
    for (const [budget, pointer, words] of [
      [{ usd: 0.01 }, '/budget/usd', /may cost \$0\.08\d*; the budget is \$0\.01/],
      [{ tokens: 500 }, '/budget/tokens', /may take 8,\d\d\d tokens; the budget is 500 tokens/],
    ] as const) {
      for (const path of ['/api/v2/tasks', '/api/v2/tasks/forecast']) {
        const { status, body } = await api.problem('POST', path, { body: { goal: 'Go.', budget } });
        expect([status, body.problems]).toEqual([
          422,
          [{ pointer, code: 'too_small', message: expect.stringMatching(words) }],
        ]);
      }
    }
    expect(await api.count('tasks')).toBe(0);
    expect(await api.count('budgets')).toBeLessThanOrEqual(6);
  });

  test('refuses what is no amount', async () => {
    const { body } = await api.problem('POST', '/api/v2/tasks', {
      body: { goal: 'Go.', budget: { usd: -1, tokens: 1.5, euro: 3 } },
    });
    expect(body.problems?.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/budget/euro',
      '/budget/tokens',
      '/budget/usd',
    ]);
  });
});
