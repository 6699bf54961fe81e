import { describe, expect, test } from '@jest/globals';
import type { Settlement } from '../../../src/db/calls/settle-call.ts';
import type { ModelProvider } from '../../../src/models/port.ts';
import type { ModelsOfWorkspaces } from '../../../src/models/workspace-models.ts';
import type { Tx } from '../../../src/db/record.ts';
import { probeOnce } from '../../../workers/probe-providers.ts';
import { type Desk, logger, openDesk } from './support.ts';

const ledger = { outcome: 'failed' as const, microUsd: 0, latencyMs: 3 };

function unanswered(retryAfterMs: number | null = null): Pick<Settlement, 'ledger' | 'end'> {
  return {
    ledger,
    end: { as: 'again', error: { code: 'model_failed', message: 'Scripted 503.' }, outage: { retryAfterMs } },
  };
}

interface TaskState {
  status: string;
  waitingFor: string | null;
  holdsSlot: boolean;
  waitsOn: string[] | null;
}

describe('outages', () => {
  const stateOf = async (desk: Desk, taskId: string) => {
    const [row] = await desk.rows<TaskState>(
      'SELECT status, waiting_for, holds_slot, waits_on FROM tasks WHERE id = $1',
      taskId,
    );
    return row;
  };
  const parked = {
    status: 'waiting',
    waitingFor: 'outage',
    holdsSlot: false,
    waitsOn: ['environment/cloud/big'],
  };

  /** A task whose model has failed it so often that it is given up. */
  const giveUp = async (desk: Desk) => {
    const taskId = await desk.give('write');
    const key = (await desk.look(taskId)).start[0]?.key ?? '';
    const again: boolean[] = [];
    for (let n = 1; n <= 4; n += 1) {
      await desk.claim(taskId, key);
      again.push((await desk.settle(taskId, key, { try: n, ...unanswered() })).again);
    }
    return { taskId, key, again };
  };

  const probe = (desk: Desk, ok: boolean) => {
    const provider = {
      health: () => Promise.resolve({ ok, models: [], problem: ok ? null : 'Still down.', latencyMs: 1 }),
    };
    const registry = { provider: () => provider as unknown as ModelProvider };
    const models = { environment: { registry } } as unknown as ModelsOfWorkspaces<Tx>;
    return probeOnce({ db: desk.db, models, logger, owner: 'test' }, new AbortController().signal);
  };
  const makeDue = (desk: Desk) =>
    desk.rows(`UPDATE provider_health SET open_until = now(), trial_until = NULL`);
  const drain = (desk: Desk) => desk.rows(`UPDATE outbox SET status = 'done'`);

  test('after four failures the call is given up: the task parks without a slot, the tries cost nothing', async () => {
    const desk = await openDesk(18);
    await desk.hire('write', 1);
    const { taskId, again } = await giveUp(desk);
    expect(again).toEqual([true, true, true, false]);
    expect(await stateOf(desk, taskId)).toEqual(parked);
    expect(await desk.rows('SELECT outcome, micro_usd::int AS usd FROM ledger')).toEqual(
      Array(4).fill({ outcome: 'failed', usd: 0 }),
    );
    expect(await desk.rows(`SELECT name FROM agents WHERE active > 0`)).toEqual([]);
    const other = await desk.give('write');
    expect((await desk.look(other)).start).toEqual([]);
    expect(await stateOf(desk, other)).toEqual(parked);
  });

  test('who says to come again much later is out until then, at once', async () => {
    const desk = await openDesk(18);
    await desk.hire('write');
    const taskId = await desk.give('write');
    const key = (await desk.look(taskId)).start[0]?.key ?? '';
    await desk.claim(taskId, key);
    expect(await desk.settle(taskId, key, { try: 1, ...unanswered(600_000) })).toMatchObject({
      again: false,
      status: 'waiting',
    });
    const [row] = await desk.rows<{ seconds: number }>(
      'SELECT extract(epoch FROM open_until - now())::int AS seconds FROM provider_health',
    );
    expect(row?.seconds).toBeGreaterThan(590);
    expect(await probe(desk, true)).toEqual([]);
  });

  test('a job whose activity is lost after such a failure parks too, and does not fail', async () => {
    const desk = await openDesk(18);
    await desk.hire('write');
    const taskId = await desk.give('write');
    const key = (await desk.look(taskId)).start[0]?.key ?? '';
    await desk.claim(taskId, key);
    await desk.settle(taskId, key, { try: 1, ...unanswered() });
    await desk.look(taskId, [key]);
    expect(await stateOf(desk, taskId)).toEqual(parked);
  });

  test('a probe that fails keeps all parked; one that succeeds sends one task, whose answer releases the others', async () => {
    const desk = await openDesk(18);
    await desk.hire('write');
    const { taskId, key } = await giveUp(desk);
    const other = await desk.give('write');
    await desk.look(other);
    await drain(desk);
    await makeDue(desk);
    expect(await probe(desk, false)).toEqual([]);
    expect(await desk.rows('SELECT reason FROM provider_health')).toEqual([{ reason: 'Still down.' }]);
    await makeDue(desk);
    expect(await probe(desk, true)).toEqual([taskId]);
    expect((await desk.look(other)).start).toEqual([]);
    expect((await desk.look(taskId)).start.map((job) => job.key)).toEqual([key]);
    await desk.claim(taskId, key);
    expect(await desk.settle(taskId, key, { try: 5 })).toMatchObject({ end: 'completed' });
    expect(await probe(desk, true)).toEqual([other]);
    expect((await desk.look(other)).start).toHaveLength(1);
  });

  test('a trial that fails parks again after one try, comes later, and another is sent next', async () => {
    const desk = await openDesk(18);
    await desk.hire('write');
    const { taskId, key } = await giveUp(desk);
    const other = await desk.give('write');
    await desk.look(other);
    await drain(desk);
    await makeDue(desk);
    await probe(desk, true);
    await desk.look(taskId);
    await desk.claim(taskId, key);
    expect((await desk.settle(taskId, key, { try: 5, ...unanswered() })).again).toBe(false);
    expect(await stateOf(desk, taskId)).toEqual(parked);
    expect(await desk.rows('SELECT failures FROM provider_health')).toEqual([{ failures: 2 }]);
    await makeDue(desk);
    expect(await probe(desk, true)).toEqual([other]);
  });

  test('parked tasks are woken in turn over workspaces, the oldest first within one', async () => {
    const desk = await openDesk(18);
    await desk.hire('write');
    await giveUp(desk);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const id = await desk.give('write');
      await desk.look(id);
      ids.push(id);
    }
    await desk.rows(`UPDATE tasks SET workspace_id = 'wsp_other' WHERE id = ANY ($1)`, ids.slice(3));
    const [first, ...rest] = (await desk.rows<{ id: string }>('SELECT id FROM tasks ORDER BY id')).map(
      ({ id }) => id,
    );
    await drain(desk);
    await desk.rows('DELETE FROM provider_health');
    expect(await probe(desk, true)).toEqual([first, rest[3], rest[0], rest[4], rest[1], rest[2]]);
    const woken = await desk.rows<{ target: string }>(
      `SELECT target FROM outbox WHERE status = 'ready' ORDER BY id`,
    );
    expect(woken.map(({ target }) => target)).toEqual(
      [first, rest[3], rest[0], rest[4], rest[1], rest[2]].map((id) => `task/${id}`),
    );
  });
});
