import { beforeAll, describe, expect, test } from '@jest/globals';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

let house: ScriptedHouse;

beforeAll(async () => {
  house = await openScriptedHouse({ stallMs: 5000 });
});

describe('the main job', () => {
  test('a goal is planned, carried out by Master Operators and written up', async () => {
    const id = await house.give({ goal: 'Compare three suppliers and recommend one.' });
    const task = await house.reaches('tasks', id, ['completed', 'failed']);
    expect(task).toMatchObject({ status: 'completed', planOrigin: 'model', holdsSlot: false });
    const steps = await house.db.acrossWorkspaces<{ status: string }>(
      'SELECT status FROM steps WHERE run_id = $1',
      [task.planRunId],
    );
    expect(steps.length).toBeGreaterThan(2);
    expect(new Set(steps.map((step) => step.status))).toEqual(new Set(['completed']));
    const [ledger] = await house.db.acrossWorkspaces<{ n: number; open: number }>(
      `SELECT count(*)::int AS n, count(*) FILTER (WHERE outcome <> 'ok')::int AS open FROM ledger WHERE root_task_id = $1`,
      [id],
    );
    expect(ledger).toEqual({ n: house.server.journal().length, open: 0 });
  });
});
