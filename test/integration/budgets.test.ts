import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTask } from '../../src/commands/create-task.ts';
import { topUpBudget } from '../../src/commands/top-up-budget.ts';
import { updateBudget } from '../../src/commands/update-budget.ts';
import { CreateTask } from '../../src/contracts/task.ts';
import type { Tx } from '../../src/db/record.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

let house: ScriptedHouse;

beforeAll(async () => {
  house = await openScriptedHouse({ stallMs: 5000, planSteps: 4 });
});

function desk<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return house.db.inWorkspace(house.scope, work);
}

interface Sums {
  id: string;
  spent: number;
  reserved: number;
}

const purseOf = async (subjectId: string) => {
  const [row] = await house.db.acrossWorkspaces<Sums>(
    'SELECT id, spent_micro_usd::int AS spent, reserved_micro_usd::int AS reserved FROM budgets WHERE subject_id = $1',
    [subjectId],
  );
  return row as Sums;
};

const booked = async (rootTaskId: string) => {
  const [row] = await house.db.acrossWorkspaces<{ usd: number; calls: number }>(
    'SELECT coalesce(sum(micro_usd), 0)::int AS usd, count(*)::int AS calls FROM ledger WHERE root_task_id = $1',
    [rootTaskId],
  );
  return row as { usd: number; calls: number };
};

describe('budgets', () => {
  test('a goal without enough for a call parks before it pays, and goes on exactly there after a top-up', async () => {
    const id = await desk(async (tx) => {
      const task = await createTask(tx, house.caller, CreateTask.parse({ goal: 'Compare three suppliers.' }));
      const [purse] = await tx.sql<{ id: string }>('SELECT id FROM budgets WHERE subject_id = $1', [task.id]);
      await updateBudget(tx, house.caller, { id: purse?.id ?? '', wish: { limitUsd: 0.001 } });
      return task.id;
    });
    const parked = await house.reaches('tasks', id, ['waiting']);
    expect(parked).toMatchObject({
      waitingFor: 'budget',
      holdsSlot: false,
      waitingDetail: expect.stringContaining('too small for a single call'),
    });
    expect(house.server.journal()).toEqual([]);
    const purse = await purseOf(id);
    await desk((tx) => topUpBudget(tx, house.caller, { id: purse.id, wish: { usd: 2 } }));
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    const { usd, calls } = await booked(id);
    expect(calls).toBe(house.server.journal().length);
    // A plan, four steps, a verdict and the result.
    expect(calls).toBe(7);
    expect(usd).toBeGreaterThan(0);
    expect(await purseOf(id)).toMatchObject({ spent: usd, reserved: 0 });
    expect(await purseOf(house.scope.workspaceId)).toMatchObject({ spent: usd, reserved: 0 });
  }, 90_000);

  test('a goal whose money ends in the middle of its plan parks there, pays nothing twice, and its sums are those of the ledger', async () => {
    const before = house.server.journal().length;
    const day = await purseOf(house.scope.workspaceId);
    const { id } = await desk((tx) =>
      createTask(tx, house.caller, CreateTask.parse({ goal: 'Compare four suppliers.' })),
    );
    await house.db.acrossWorkspaces(`UPDATE budgets SET limit_micro_usd = 90000 WHERE subject_id = $1`, [id]);
    const waits = async () =>
      house.db.acrossWorkspaces<{ id: string }>(
        `SELECT id FROM tasks WHERE root_id = $1 AND status = 'waiting' AND waiting_for = 'budget'`,
        [id],
      );
    for (let tops = 0; tops < 10; tops += 1) {
      const [task] = await house.db.acrossWorkspaces<{ status: string }>(
        'SELECT status FROM tasks WHERE id = $1',
        [id],
      );
      if (task?.status === 'completed') break;
      if ((await waits()).length > 0)
        await desk(async (tx) =>
          topUpBudget(tx, house.caller, { id: (await purseOf(id)).id, wish: { usd: 0.01 } }),
        );
      await house.reaches('tasks', id, ['completed', 'failed'], 3000).catch(() => undefined);
    }
    await desk(async (tx) => topUpBudget(tx, house.caller, { id: (await purseOf(id)).id, wish: { usd: 1 } }));
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    const { usd, calls } = await booked(id);
    expect(calls).toBe(house.server.journal().length - before);
    expect(await purseOf(id)).toMatchObject({ spent: usd, reserved: 0 });
    expect(await purseOf(house.scope.workspaceId)).toMatchObject({ spent: day.spent + usd, reserved: 0 });
  }, 120_000);
});
