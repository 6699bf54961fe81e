import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTask } from '../../src/commands/create-task.ts';
import { CreateTask } from '../../src/contracts/task.ts';
import { closeLater } from '../support/close-later.ts';
import { type House, openHouse } from '../support/house.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { createWorkRule } from '../support/scripted-model-server/work-rule.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let house: House;
let models: ScriptedModelServer;

beforeAll(async () => {
  models = await startScriptedModelServer({ rule: createWorkRule() });
  closeLater('the scripted models', () => models.close());
  house = await openHouse({
    models: {
      openai: { apiKey: 'test', baseUrl: models.v1, model: undefined },
      anthropic: undefined,
      llama: undefined,
      stallMs: 5000,
    },
    filesDir: await temporaryFolder('files'),
  });
});

function give(goal: string): Promise<{ id: string }> {
  return house.db.inWorkspace(house.scope, (tx) => createTask(tx, house.caller, CreateTask.parse({ goal })));
}

describe('the main job', () => {
  test('a goal is planned, carried out by Master Operators and written up', async () => {
    const { id } = await give('Compare three suppliers and recommend one.');
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
    expect(ledger).toEqual({ n: models.journal().length, open: 0 });
  });
});
