import { beforeAll, expect, test } from '@jest/globals';
import { topUpBudget } from '../../src/commands/top-up-budget.ts';
import { waitFor } from '../support/wait-for.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
  await house.hire({ name: 'Eve', capability: 'thrift' });
}, 60_000);

test('a step of a workflow that names a budget stands when it is used up, and goes on after a top-up', async () => {
  house.answer((call) => (call.text.includes('Save.') ? { text: 'Saved.' } : null));
  const runId = await house.run({
    name: 'Thrift',
    steps: [
      {
        id: 'save',
        kind: 'agent',
        with: {
          goal: 'Save.',
          requires: [{ capability: 'thrift', level: 1 }],
          budget: { money: 0.001, tokens: null },
        },
      },
    ],
  });
  const task = async () =>
    (await house.rows<{ id: string }>('SELECT id FROM tasks WHERE run_id = $1', runId))[0]?.id ?? '';
  await waitFor(async () => (await task()) !== '', { what: 'the step’s task' });
  const id = await task();
  expect(await house.reaches('tasks', id, ['waiting', 'completed', 'failed'])).toMatchObject({
    status: 'waiting',
    waitingFor: 'budget',
    waitingDetail: expect.stringContaining(
      'The budget of this step, $0.0010, is too small for a single call',
    ),
  });
  expect(house.server.journal()).toEqual([]);
  const [purse] = await house.rows<{ id: string }>(
    `SELECT id FROM budgets WHERE scope = 'step' AND subject_id = $1`,
    id,
  );
  await house.db.inWorkspace(house.scope, (tx) =>
    topUpBudget(tx, house.caller, { id: purse?.id ?? '', wish: { usd: 1 } }),
  );
  expect(await house.reaches('runs', runId, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
  const [sums] = await house.rows<{ spent: number; booked: number }>(
    `SELECT spent_micro_usd::int AS spent, (SELECT sum(micro_usd)::int FROM ledger WHERE task_id = $1) AS booked FROM budgets WHERE id = $2`,
    id,
    purse?.id,
  );
  expect(sums?.spent).toBe(sums?.booked);
}, 90_000);
