import { beforeAll, describe, expect, test } from '@jest/globals';
import { AgentSpec } from '../../../src/contracts/agent.ts';
import { insertAgent } from '../../../src/db/agent-store.ts';
import type { RecordToolInReach } from '../../../src/db/calls/tool-in-reach.ts';
import type { TaskRow } from '../../../src/db/mappings/task.ts';
import { createTaskRecord, type TaskRecord } from '../../../src/db/task-record.ts';
import { delegate } from '../../../src/tools/delegate.ts';
import { type Desk, model, openDesk, reserved } from './support.ts';

let desk: Desk;
let record: TaskRecord;
beforeAll(async () => {
  desk = await openDesk(18);
  const scan: RecordToolInReach = {
    ...{ name: 'scan', description: 'Scans.', parameters: { type: 'object' } },
    ...{ risk: 'low', effect: 'none', timeoutMs: 1000, place: 'record' },
    run: async () => ({ text: 'Scanned.' }),
  };
  record = createTaskRecord(desk.db, {
    models: [model],
    reserve: () => ({ microUsd: reserved, price: null }),
    toolsOf: async () => [delegate, scan],
  });
  await hire('leading', ['delegate']);
}, 60_000);

async function hire(name: string, tools: string[]): Promise<string> {
  const capabilities = [{ name, level: 3 }];
  const spec = AgentSpec.parse({ name, role: 'master_operator', capabilities, tools });
  return (await desk.inside((tx) => insertAgent(tx, spec))).id;
}

/** A task whose agent has delegated. @returns what it was told, and the child */
async function delegated(args: object): Promise<{ told: string[]; child: TaskRow | undefined }> {
  const taskId = await desk.give('leading');
  const turn = (await desk.look(taskId)).start[0]?.key ?? '';
  await desk.claim(taskId, turn);
  const toolCalls = [{ id: 'c1', name: 'delegate', arguments: JSON.stringify(args) }];
  const { start } = await desk.settle(taskId, turn, {
    try: 1,
    end: { as: 'settled', outcome: { text: '', toolCalls, stop: 'tools' }, said: { text: '', toolCalls } },
  });
  await record.claimTool(desk.asker, { taskId, key: start[0]?.key ?? '' });
  const told = await desk.rows<{ text: string }>(
    `SELECT content->>'text' AS text FROM transcript WHERE task_id = $1 AND role = 'tool'`,
    taskId,
  );
  const [child] = await desk.rows<TaskRow>('SELECT * FROM tasks WHERE parent_id = $1', taskId);
  return { told: told.map(({ text }) => text), child };
}

describe('a task that is delegated names tools that it cannot be done without', () => {
  test('and only an agent that may use them gets it', async () => {
    await hire('reading', ['read_file']);
    const able = await hire('reading', ['read_file', 'scan']);
    const goal = 'Read the letter.';
    const { child } = await delegated({
      goal,
      requires: [{ capability: 'reading', level: 1 }],
      tools: ['scan'],
    });
    expect(child).toMatchObject({ goal, tools: ['scan'] });
    await desk.look(child?.id ?? '');
    const [task] = await desk.rows<TaskRow>('SELECT * FROM tasks WHERE id = $1', child?.id);
    expect(task).toMatchObject({ status: 'in_progress', agentId: able });
  });

  test('those that do not exist are told to the model, all at once, and nothing is delegated', async () => {
    const { told, child } = await delegated({ goal: 'Read it.', tools: ['x_ray', 'scan', 'sonar'] });
    expect(child).toBeUndefined();
    expect(told).toEqual([
      expect.stringMatching(
        /\/tools\/0: There is no tool "x_ray"\. There is: delegate, scan\.\n\/tools\/2: .*"sonar"/,
      ),
    ]);
  });

  test('so are those that the agent it names, or everybody with the capabilities, may not use', async () => {
    const agentId = await hire('typing', ['read_file']);
    const named = await delegated({ goal: 'Type it.', agentId, tools: ['scan'] });
    expect([named.told, named.child]).toEqual([[expect.stringContaining('may not use "scan"')], undefined]);
    const requires = [{ capability: 'typing', level: 1 }];
    const anybody = await delegated({ goal: 'Type it.', requires, tools: ['scan'] });
    expect(anybody.told).toEqual([expect.stringContaining('Nobody who has these capabilities may use scan')]);
  });
});
