import { describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../../src/commands/cancel-task.ts';
import { createBudget } from '../../../src/commands/create-budget.ts';
import { deleteBudget } from '../../../src/commands/delete-budget.ts';
import { topUpBudget } from '../../../src/commands/top-up-budget.ts';
import { updateBudget } from '../../../src/commands/update-budget.ts';
import { CreateBudget } from '../../../src/contracts/budget.ts';
import { openStepPurse } from '../../../src/db/budgets/budget-store.ts';
import { pursesOfPayer } from '../../../src/db/budgets/purses.ts';
import { newId } from '../../../src/db/new-id.ts';
import { insertTask } from '../../../src/db/task-store.ts';
import { type PostgresVersion, postgresVersions } from '../../support/database.ts';
import { type Desk, openDesk, paid, reserved } from './support.ts';

interface Sums {
  scope: string;
  limit: number | null;
  spent: number;
  reserved: number;
}

const purses = (desk: Desk, scope = 'tree') =>
  desk.rows<Sums>(
    `SELECT scope, (limit_micro_usd + extra_micro_usd)::int AS limit, spent_micro_usd::int AS spent, reserved_micro_usd::int AS reserved FROM budgets WHERE scope = $1 ORDER BY id`,
    scope,
  );
const booked = async (desk: Desk) =>
  (
    await desk.rows<{ usd: number }>(
      `SELECT coalesce(sum(micro_usd), 0)::int AS usd FROM ledger WHERE outcome <> 'open'`,
    )
  )[0]?.usd;
const stateOf = async (desk: Desk, id: string) =>
  (
    await desk.rows<{
      status: string;
      waitingFor: string | null;
      waitingDetail: string | null;
      holdsSlot: boolean;
    }>('SELECT status, waiting_for, waiting_detail, holds_slot FROM tasks WHERE id = $1', id)
  )[0];
const idOf = async (desk: Desk, scope: string) =>
  (await desk.rows<{ id: string }>('SELECT id FROM budgets WHERE scope = $1', scope))[0]?.id ?? '';
const limit = (desk: Desk, scope: string, microUsd: number) =>
  desk.rows(`UPDATE budgets SET limit_micro_usd = $1 WHERE scope = $2`, microUsd, scope);
const woken = async (desk: Desk) =>
  (
    await desk.rows<{ target: string }>(
      `SELECT DISTINCT target FROM outbox WHERE status = 'ready' ORDER BY target`,
    )
  ).map(({ target }) => target.slice(5));
const drain = (desk: Desk) => desk.rows(`UPDATE outbox SET status = 'done'`);
const events = (desk: Desk, type: string) =>
  desk.rows<{ stream: string; data: Record<string, unknown> }>(
    `SELECT stream, data FROM events WHERE type = $1 ORDER BY id`,
    type,
  );

/** A task whose first call is planned. */
async function begin(desk: Desk): Promise<{ taskId: string; key: string }> {
  const taskId = await desk.give('write');
  return { taskId, key: (await desk.look(taskId)).start[0]?.key ?? '' };
}

/** Two hundred share a pool of 24: who waited too long for a connection, or for a lock, has done nothing, and comes again, as Temporal would let it. */
async function patient<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!/timeout exceeded when trying to connect|statement timeout/.test(String(error))) throw error;
    }
  }
}

async function openOn(version: PostgresVersion, maxConcurrent = 10): Promise<Desk> {
  const desk = await openDesk(version);
  await desk.hire('write', maxConcurrent);
  return desk;
}

describe.each(postgresVersions)('budgets on PostgreSQL %i', (version) => {
  const open = () => openOn(version);

  test('a fresh workspace has $20 a day, and each goal $5 and a limit of tokens', async () => {
    const desk = await open();
    await desk.give('write');
    expect(
      await desk.rows('SELECT scope, limit_micro_usd, limit_tokens FROM budgets ORDER BY scope'),
    ).toEqual([
      { scope: 'tree', limitMicroUsd: 5_000_000, limitTokens: 5_000_000 },
      { scope: 'workspace', limitMicroUsd: 20_000_000, limitTokens: null },
    ]);
  });

  test('a claim sets the most aside in every purse, and settling books what it cost', async () => {
    const desk = await open();
    const { taskId, key } = await begin(desk);
    await desk.claim(taskId, key);
    for (const scope of ['tree', 'workspace'])
      expect(await purses(desk, scope)).toMatchObject([{ spent: 0, reserved }]);
    await desk.settle(taskId, key, { try: 1 });
    for (const scope of ['tree', 'workspace'])
      expect(await purses(desk, scope)).toMatchObject([{ spent: 700, reserved: 0 }]);
    await desk.settle(taskId, key, { try: 1 });
    expect(await purses(desk)).toMatchObject([{ spent: 700, reserved: 0 }]);
  });

  test('a lost try is booked at its maximum, and a late answer corrects it', async () => {
    const desk = await open();
    const { taskId, key } = await begin(desk);
    await desk.claim(taskId, key);
    await desk.claim(taskId, key);
    expect(await purses(desk)).toMatchObject([{ spent: reserved, reserved }]);
    await desk.settle(taskId, key, { try: 1 });
    expect(await purses(desk)).toMatchObject([{ spent: 700, reserved }]);
    await desk.settle(taskId, key, { try: 2 });
    expect(await purses(desk)).toMatchObject([{ spent: 1400, reserved: 0 }]);
    expect(await booked(desk)).toBe(1400);
  });

  test('an aborted try stands at its maximum, one that never got through at nothing', async () => {
    const desk = await open();
    const { taskId, key } = await begin(desk);
    await desk.claim(taskId, key);
    await desk.settle(taskId, key, {
      try: 1,
      ledger: { outcome: 'aborted', microUsd: 0, latencyMs: 1 },
      end: { as: 'stopped' },
    });
    expect(await purses(desk)).toMatchObject([{ spent: 0, reserved: 0 }]);
    await desk.claim(taskId, key);
    await desk.settle(taskId, key, {
      try: 2,
      ledger: { outcome: 'aborted', microUsd: null, latencyMs: 1 },
      end: { as: 'stopped' },
    });
    expect(await purses(desk)).toMatchObject([{ spent: reserved, reserved: 0 }]);
  });

  test('a step with a budget of its own pays from it and from the goal, and so does what is below it', async () => {
    const desk = await open();
    const { taskId, key } = await begin(desk);
    await desk.inside((tx) =>
      openStepPurse(tx, taskId, { limitMicroUsd: reserved + 100, limitTokens: null }),
    );
    const [{ agentId }] = (await desk.rows<{ agentId: string }>(
      'SELECT agent_id FROM tasks WHERE id = $1',
      taskId,
    )) as [{ agentId: string }];
    const below = newId('task');
    await desk.inside((tx) =>
      insertTask(tx, {
        ...{
          id: below,
          rootId: taskId,
          parentId: taskId,
          role: 'master_operator',
          title: 'Below',
          goal: 'Go.',
        },
        ...{ status: 'pending', priority: 1, depth: 1, actor: 'me', wantedAgentId: agentId },
      }),
    );
    const belowKey = (await desk.look(below)).start[0]?.key ?? '';
    await desk.claim(taskId, key);
    expect(await purses(desk, 'step')).toMatchObject([{ reserved }]);
    await desk.claim(below, belowKey);
    expect((await stateOf(desk, below))?.waitingDetail).toContain('The budget of this step has no room yet');
    await desk.settle(taskId, key, { try: 1 });
    await desk.look(below);
    expect((await stateOf(desk, below))?.waitingDetail).toContain('The budget of this step is used up');
    expect(await events(desk, 'budget.exhausted')).toMatchObject([
      { stream: `task/${taskId}`, data: { scope: 'step' } },
    ]);
    const id = await idOf(desk, 'step');
    await desk.inside((tx) => topUpBudget(tx, desk.caller, { id, wish: { usd: 1 } }));
    await desk.look(below);
    expect(await desk.claim(below, belowKey)).toMatchObject({ claimed: { try: 1 } });
    for (const scope of ['step', 'tree', 'workspace'])
      expect(await purses(desk, scope)).toMatchObject([{ spent: 700, reserved }]);
  });

  test('a budget too small for one call says so at once, without a slot and without a row in the ledger', async () => {
    const desk = await open();
    const { taskId, key } = await begin(desk);
    await limit(desk, 'tree', 1000);
    expect(await desk.claim(taskId, key)).toMatchObject({ over: { status: 'waiting', start: [] } });
    expect(await stateOf(desk, taskId)).toMatchObject({
      waitingFor: 'budget',
      holdsSlot: false,
      waitingDetail:
        'The budget of this goal, $0.0010, is too small for a single call: this one may cost $0.0050 ($0.00 is spent). Add at least $0.0040, and the task goes on here.',
    });
    expect(await desk.rows('SELECT id FROM ledger')).toEqual([]);
    expect(await events(desk, 'budget.exhausted')).toMatchObject([
      { stream: `task/${taskId}`, data: { scope: 'tree', limitUsd: 0.001 } },
    ]);
    expect((await desk.look(taskId)).start).toEqual([]);
  });

  test('a top-up wakes the task in the same transaction, and it goes on with the same call', async () => {
    const desk = await open();
    const { taskId, key } = await begin(desk);
    await limit(desk, 'tree', 1000);
    await desk.claim(taskId, key);
    await drain(desk);
    const id = await idOf(desk, 'tree');
    // The workspace has room.
    expect(await desk.rows('SELECT waits_on FROM tasks WHERE id = $1', taskId)).toEqual([
      { waitsOn: [id, 'top-up'] },
    ]);
    await desk.inside((tx) => topUpBudget(tx, desk.caller, { id, wish: { usd: 0.001 } }));
    const said = (await stateOf(desk, taskId))?.waitingDetail;
    expect((await desk.look(taskId)).start).toEqual([]);
    expect((await stateOf(desk, taskId))?.waitingDetail).not.toBe(said);
    await drain(desk);
    await desk.inside((tx) => topUpBudget(tx, desk.caller, { id, wish: { usd: 0.003 } }));
    expect(await woken(desk)).toEqual([taskId]);
    expect((await desk.look(taskId)).start.map((job) => job.key)).toEqual([key]);
    expect(await desk.claim(taskId, key)).toMatchObject({ claimed: { try: 1 } });
    expect(await desk.settle(taskId, key, { try: 1 })).toMatchObject({ end: 'completed' });
    expect((await events(desk, 'budget.topped_up')).map(({ data }) => data.usd)).toEqual([0.001, 0.003]);
    expect(await desk.rows('SELECT count(*) AS n FROM transcript')).toEqual([{ n: 2 }]);
  });

  test('what does not fit only because of a call under way waits for it, and goes on by itself', async () => {
    const desk = await open();
    const [one, other] = [await begin(desk), await begin(desk)];
    await limit(desk, 'workspace', reserved + 2000);
    await desk.claim(one.taskId, one.key);
    await desk.claim(other.taskId, other.key);
    expect((await stateOf(desk, other.taskId))?.waitingDetail).toContain('set aside for calls under way');
    expect(await events(desk, 'budget.exhausted')).toEqual([]);
    await drain(desk);
    await desk.settle(one.taskId, one.key, { try: 1 });
    expect(await woken(desk)).toEqual([other.taskId]);
    await desk.look(other.taskId);
    expect(await desk.claim(other.taskId, other.key)).toMatchObject({ claimed: { try: 1 } });
  });

  test('is called when there is room for it, behind two hundred for whom there is none', async () => {
    const desk = await open();
    const [one, other] = [await begin(desk), await begin(desk)];
    await limit(desk, 'workspace', reserved + 2000);
    await desk.claim(one.taskId, one.key);
    await desk.claim(other.taskId, other.key);
    const likeIt = (table: string, where: string, changes: string) =>
      desk.rows(
        `INSERT INTO ${table} SELECT (jsonb_populate_record(t, jsonb_build_object(${changes}))).*
           FROM ${table} t, generate_series(100, 299) AS n WHERE ${where} = $1`,
        other.taskId,
      );
    await likeIt('tasks', 'id', `'id', 'tsk_0' || n`);
    const needs = `jsonb_build_object('microUsd', 1000000000, 'tokens', 0)`;
    await likeIt(
      'effects',
      'task_id',
      `'task_id', 'tsk_0' || n, 'id', 'eff_0' || n, 'key', 'tsk_0' || n, 'needs', ${needs}`,
    );
    await drain(desk);
    await desk.settle(one.taskId, one.key, { try: 1 });
    expect(await woken(desk)).toContain(other.taskId);
  });

  test('it parks for good when the last call under way has left too little, and says so', async () => {
    const desk = await open();
    const [one, other] = [await begin(desk), await begin(desk)];
    await limit(desk, 'workspace', reserved + 200);
    await desk.claim(one.taskId, one.key);
    await desk.claim(other.taskId, other.key);
    await drain(desk);
    await desk.settle(one.taskId, one.key, { try: 1 });
    expect(await woken(desk)).toEqual([other.taskId]);
    expect((await desk.look(other.taskId)).wakeAt).toBeGreaterThan(Date.now());
    expect((await stateOf(desk, other.taskId))?.waitingDetail).toContain(
      'The workspace’s budget of today is used up',
    );
    expect(await events(desk, 'budget.exhausted')).toMatchObject([
      { stream: `task/${other.taskId}`, data: { scope: 'workspace' } },
    ]);
    await desk.rows(`UPDATE budgets SET day = day - 1 WHERE scope = 'workspace'`);
    expect((await desk.look(other.taskId)).start).toHaveLength(1);
    expect(await desk.claim(other.taskId, other.key)).toMatchObject({ claimed: { try: 1 } });
    expect(await purses(desk, 'workspace')).toMatchObject([{ spent: 0, reserved }]);
  });

  test('a higher limit and the end of a budget let what waits go on, too; a cancelled task does not', async () => {
    const desk = await open();
    const [one, other] = [await begin(desk), await begin(desk)];
    await limit(desk, 'workspace', 10);
    for (const { taskId, key } of [one, other]) await desk.claim(taskId, key);
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId: one.taskId }));
    expect(await desk.look(one.taskId)).toMatchObject({ end: 'cancelled' });
    await drain(desk);
    const id = await idOf(desk, 'workspace');
    await desk.inside((tx) => updateBudget(tx, desk.caller, { id, wish: { limitUsd: 1 } }));
    expect(await woken(desk)).toEqual([other.taskId]);
    await drain(desk);
    await desk.inside((tx) => deleteBudget(tx, desk.caller, { id }));
    expect(await woken(desk)).toEqual([other.taskId]);
    await desk.look(other.taskId);
    expect(await desk.claim(other.taskId, other.key)).toMatchObject({ claimed: { try: 1 } });
  });

  test('warnings come at 50, 80 and 100 percent, each once, on the stream of what is limited', async () => {
    const desk = await open();
    const agentId =
      (await desk.rows<{ id: string }>(`SELECT id FROM agents WHERE name = 'write'`))[0]?.id ?? '';
    await desk.inside((tx) =>
      createBudget(tx, desk.caller, CreateBudget.parse({ scope: 'agent', agentId, limitUsd: 0.007 })),
    );
    for (const microUsd of [3500, 0, 2200, 1300]) {
      const { taskId, key } = await begin(desk);
      await desk.rows(`UPDATE budgets SET limit_micro_usd = 7000 WHERE scope = 'agent'`);
      await desk.rows(
        `UPDATE budgets SET limit_micro_usd = 20000 WHERE scope = 'agent' AND spent_micro_usd > 2000`,
      );
      await desk.claim(taskId, key);
      await desk.rows(`UPDATE budgets SET limit_micro_usd = 7000 WHERE scope = 'agent'`);
      await desk.settle(taskId, key, { try: 1, ledger: { ...paid, microUsd } });
    }
    const told = (await events(desk, 'budget.warned')).filter(({ data }) => data.scope === 'agent');
    expect(told.map(({ data }) => data.percent)).toEqual([50, 80, 100]);
    expect(new Set(told.map(({ stream }) => stream))).toEqual(new Set([`agent/${agentId}`]));
  });

  test('a budget that is made later counts what was paid and what is under way', async () => {
    const desk = await open();
    const [one, other] = [await begin(desk), await begin(desk)];
    await desk.rows(`DELETE FROM budgets WHERE scope = 'workspace'`);
    await desk.claim(one.taskId, one.key);
    await desk.settle(one.taskId, one.key, { try: 1 });
    await desk.claim(other.taskId, other.key);
    await desk.inside((tx) =>
      createBudget(tx, desk.caller, CreateBudget.parse({ scope: 'workspace', limitUsd: 1 })),
    );
    expect(await purses(desk, 'workspace')).toMatchObject([{ spent: 700, reserved }]);
    await desk.settle(other.taskId, other.key, { try: 1 });
    expect(await purses(desk, 'workspace')).toMatchObject([{ spent: 1400, reserved: 0 }]);
  });

  test('the purses of a call are found without reading the others of the workspace', async () => {
    const desk = await open();
    const taskId = await desk.give('write');
    await desk.rows(
      `INSERT INTO budgets (id, workspace_id, scope, subject_id, limit_tokens)
       SELECT 'bud_other_' || n, $1, CASE WHEN n % 2 = 0 THEN 'tree' ELSE 'agent' END, 'other_' || n, 1 FROM generate_series(1, 3000) AS n`,
      desk.caller.workspaceId,
    );
    await desk.rows('ANALYZE budgets');
    const [plan] = await desk.rows<Record<string, unknown>>(
      `EXPLAIN (ANALYZE, FORMAT JSON) SELECT p.id FROM tasks k CROSS JOIN LATERAL (${pursesOfPayer()}) AS p WHERE k.id = $1`,
      taskId,
    );
    const passedOver = JSON.stringify(plan).matchAll(/"Rows Removed by Filter":([0-9]+)/g);
    expect([...passedOver].reduce((sum, [, n]) => sum + Number(n), 0)).toBeLessThan(100);
  });
});

test('two hundred concurrent calls never overshoot a small purse, and its sums are those of the ledger', async () => {
  const desk = await openOn(18, 200);
  const rootId = await desk.give('write');
  const template = {
    role: 'master_operator' as const,
    title: 'Child',
    goal: 'Do it.',
    status: 'pending' as const,
    priority: 1,
    depth: 1,
    actor: 'system',
  };
  const ids = Array.from({ length: 200 }, (_, n) => `${rootId}_${n}`);
  await desk.inside(async (tx) => {
    for (const id of ids)
      await insertTask(tx, {
        ...template,
        id,
        rootId,
        parentId: rootId,
        requires: [{ name: 'write', level: 1 }],
      });
  });
  const calls = await Promise.all(
    ids.map(async (taskId) => ({
      taskId,
      key: (await patient(() => desk.look(taskId))).start[0]?.key ?? '',
    })),
  );
  await limit(desk, 'tree', 37_000);
  const claims = await Promise.all(
    calls.map(async (call) => ({ call, claim: await patient(() => desk.claim(call.taskId, call.key)) })),
  );
  const won = claims.filter(({ claim }) => 'claimed' in claim);
  expect(won).toHaveLength(7);
  expect(await purses(desk)).toMatchObject([{ spent: 0, reserved: 35_000 }]);
  await drain(desk);
  let atWork = won.map(({ call }) => call);
  for (let round = 0; atWork.length > 0 && round < 60; round += 1) {
    await Promise.all(atWork.map(({ taskId, key }) => patient(() => desk.settle(taskId, key, { try: 1 }))));
    const next = await woken(desk);
    await drain(desk);
    await Promise.all(next.map((taskId) => patient(() => desk.look(taskId))));
    const tried = await Promise.all(
      calls
        .filter(({ taskId }) => next.includes(taskId))
        .map(async (call) => ({ call, claim: await patient(() => desk.claim(call.taskId, call.key)) })),
    );
    atWork = tried.filter(({ claim }) => 'claimed' in claim).map(({ call }) => call);
    const [purse] = await purses(desk);
    expect((purse?.spent ?? 0) + (purse?.reserved ?? 0)).toBeLessThanOrEqual(37_000);
  }
  const [purse] = await purses(desk);
  expect(purse).toMatchObject({ reserved: 0, spent: await booked(desk) });
  // Each cost 700 and needed 5,000 at first: they go on until less than that is left.
  expect(purse?.spent).toBe(46 * 700);
  const details = await desk.rows<{ detail: string }>(
    `SELECT DISTINCT waiting_detail AS detail FROM tasks WHERE status = 'waiting' AND waiting_for = 'budget'`,
  );
  expect(details.every(({ detail }) => detail.includes('is used up'))).toBe(true);
  expect(await events(desk, 'budget.exhausted')).toHaveLength(1);
}, 120_000);
