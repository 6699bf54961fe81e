import { describe, expect, test } from '@jest/globals';
import type { ModelPolicy } from '../../../src/contracts/agent.ts';
import type { RouteRecord } from '../../../src/db/calls/call-plan.ts';
import { createTaskRecord } from '../../../src/db/task-record.ts';
import type { Experience } from '../../../src/core/model-experience.ts';
import { type Desk, model, openDesk, paid } from './support.ts';

const big = { ...model, id: 'big' };
const small = { ...model, id: 'small' };
const prices: Record<string, number> = { big: 50_000, small: 1000 };

/** Two models; the second costs a fiftieth. */
async function open(): Promise<Desk & { give1(): Promise<{ taskId: string; key: string }> }> {
  const desk = await openDesk(18);
  await desk.hire('write');
  const reserve = (request: { model: string }) => ({
    microUsd: prices[request.model] ?? 0,
    tokens: 10,
    price: null,
  });
  const tasks = createTaskRecord(desk.db, { models: [big, small], reserve, toolsOf: async () => [] });
  const asker = () => ({ ...desk.asker });
  return {
    ...desk,
    tasks,
    look: (taskId) => tasks.standTask(asker(), { taskId }),
    claim: (taskId, key) => tasks.claimModelCall(asker(), { taskId, key }),
    settle: (taskId, key, { try: n, ...rest }) =>
      tasks.settleModelCall(asker(), {
        taskId,
        call: { key, callId: 'call', try: n, purpose: 'work', model: 'big' },
        ledger: paid,
        end: {
          as: 'settled',
          outcome: { text: 'Done.', toolCalls: [], stop: 'end' },
          said: { text: 'Done.' },
        },
        ...rest,
      }),
    give1: async () => {
      const taskId = await desk.give('write');
      const { start } = await tasks.standTask(asker(), { taskId });
      return { taskId, key: start[0]?.key ?? '' };
    },
  };
}
const policy = (desk: Desk, fields: Partial<ModelPolicy>) =>
  desk.rows(
    `UPDATE agent_revisions SET spec = jsonb_set(spec, '{modelPolicy}', spec->'modelPolicy' || $1::jsonb)`,
    JSON.stringify(fields),
  );
const requestOf = async (desk: Desk, key: string) =>
  (
    await desk.rows<{ request: { model: string; reason: string; route?: RouteRecord } }>(
      'SELECT request FROM effects WHERE key = $1',
      key,
    )
  )[0]?.request;

describe('the route of a call', () => {
  test('is kept with it: the choice, the reason, and the candidates with their scores', async () => {
    const desk = await open();
    const { taskId, key } = await desk.give1();
    await desk.claim(taskId, key);
    expect(await requestOf(desk, key)).toMatchObject({
      model: 'big',
      reason: 'cloud/big is the first configured model fit for write.',
      route: {
        candidates: [
          { model: 'big', score: expect.any(Number), parts: { success: 0.9 }, lacks: [] },
          { model: 'small' },
        ],
        rejected: [],
      },
    });
  });

  test('learns from every call that was settled, by class of work, and from no call that was aborted', async () => {
    const desk = await open();
    const figures = () =>
      desk.rows<{ model: string; class: string; figures: Experience }>(
        'SELECT model, class, figures FROM model_figures ORDER BY model, class',
      );
    const { taskId, key } = await desk.give1();
    await desk.claim(taskId, key);
    await desk.settle(taskId, key, {
      try: 1,
      ledger: { outcome: 'aborted', microUsd: null, latencyMs: 1 },
      end: { as: 'stopped' },
    });
    expect(await figures()).toEqual([]);
    await desk.claim(taskId, key);
    await desk.settle(taskId, key, { try: 2 });
    expect(await figures()).toMatchObject([
      { model: 'big', class: 'write', figures: { calls: 1, ok: 1, microUsd: 700, priced: 1 } },
    ]);
    const next = await desk.give1();
    await desk.claim(next.taskId, next.key);
    await desk.settle(next.taskId, next.key, {
      try: 1,
      end: {
        as: 'settled',
        outcome: { text: 'Half', toolCalls: [], stop: 'refused' },
        said: { text: 'Half' },
      },
    });
    expect(await figures()).toMatchObject([
      { figures: { calls: expect.closeTo(2, 1), ok: expect.closeTo(1, 1) } },
    ]);
  });

  test('leaves a model that mostly fails', async () => {
    const desk = await open();
    const failing: Experience = { calls: 60, ok: 5, microUsd: 0, priced: 0, times: [], at: Date.now() };
    await desk.rows(
      `INSERT INTO model_figures (workspace_id, provider, model, class, figures) VALUES ($1, 'cloud', 'big', 'write', $2)`,
      desk.asker.workspaceId,
      JSON.stringify(failing),
    );
    const { taskId, key } = await desk.give1();
    await desk.claim(taskId, key);
    expect(await requestOf(desk, key)).toMatchObject({
      model: 'small',
      reason: 'cloud/small does best for write, before cloud/big (20 % succeed).',
    });
  });

  test('keeps the agent’s ceiling for one call: the first model below it, and a clear failure when there is none', async () => {
    const desk = await open();
    await policy(desk, { maxUsdPerCall: 0.01 });
    const { taskId, key } = await desk.give1();
    expect(await desk.claim(taskId, key)).toMatchObject({ claimed: { request: { model: 'small' } } });
    expect((await requestOf(desk, key))?.reason).toBe(
      'The agent’s ceiling is $0.01 a call; cloud/big may cost $0.05.',
    );
    await policy(desk, { maxUsdPerCall: 0.0001 });
    const other = await desk.give1();
    expect(await desk.claim(other.taskId, other.key)).toMatchObject({ over: { end: 'failed' } });
    const [task] = await desk.rows<{ error: { code: string; message: string } }>(
      'SELECT error FROM tasks WHERE id = $1',
      other.taskId,
    );
    expect(task?.error).toMatchObject({
      code: 'over_ceiling',
      message: expect.stringContaining('No other model that could do it is cheaper.'),
    });
    expect(await desk.rows('SELECT 1 FROM ledger WHERE task_id = $1', other.taskId)).toEqual([]);
  });
});

describe('a call that its provider’s limit holds back', () => {
  const postponed = async (
    desk: Awaited<ReturnType<typeof open>>,
    { taskId, key }: { taskId: string; key: string },
  ) =>
    desk.tasks.postponeModelCall(desk.asker, {
      taskId,
      key,
      try: 1,
      until: new Date(desk.asker.now + 30_000),
      why: 'The limit of requests a minute of cloud/big is used up.',
    });

  test('goes back to the record: no row in the ledger, nothing set aside, no slot, and its own time to go on', async () => {
    const desk = await open();
    const call = await desk.give1();
    await desk.claim(call.taskId, call.key);
    expect(await postponed(desk, call)).toMatchObject({
      status: 'waiting',
      start: [],
      wakeAt: desk.asker.now + 30_000,
    });
    expect(await desk.rows('SELECT 1 FROM ledger')).toEqual([]);
    expect(await desk.rows('SELECT DISTINCT reserved_micro_usd::int AS n FROM budgets')).toEqual([{ n: 0 }]);
    expect(
      await desk.rows('SELECT waiting_for, waiting_detail, holds_slot FROM tasks WHERE id = $1', call.taskId),
    ).toEqual([
      {
        waitingFor: 'time',
        waitingDetail: expect.stringContaining('is used up. The call goes out at '),
        holdsSlot: false,
      },
    ]);
    desk.asker.now += 10_000;
    expect(await desk.look(call.taskId)).toMatchObject({ start: [] });
    desk.asker.now += 20_000;
    expect((await desk.look(call.taskId)).start.map(({ key }) => key)).toEqual([call.key]);
    expect(await desk.claim(call.taskId, call.key)).toMatchObject({ claimed: { try: 1 } });
    expect(await desk.settle(call.taskId, call.key, { try: 1 })).toMatchObject({ end: 'completed' });
    expect(await desk.rows('SELECT try, outcome FROM ledger')).toEqual([{ try: 1, outcome: 'ok' }]);
  });

  test('is abandoned when the task was cancelled meanwhile', async () => {
    const desk = await open();
    const call = await desk.give1();
    await desk.claim(call.taskId, call.key);
    await desk.rows('UPDATE tasks SET cancel_requested_at = now() WHERE id = $1', call.taskId);
    expect(await postponed(desk, call)).toMatchObject({ end: 'cancelled' });
    expect(await desk.rows('SELECT 1 FROM ledger')).toEqual([]);
  });

  test('that was taken for lost before changes nothing', async () => {
    const desk = await open();
    const call = await desk.give1();
    await desk.claim(call.taskId, call.key);
    await desk.claim(call.taskId, call.key);
    await postponed(desk, call);
    expect(await desk.rows('SELECT try, outcome FROM ledger ORDER BY try')).toEqual([
      { try: 1, outcome: 'unknown' },
      { try: 2, outcome: 'open' },
    ]);
  });
});
