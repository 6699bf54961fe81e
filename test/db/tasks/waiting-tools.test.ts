import { beforeAll, describe, expect, test } from '@jest/globals';
import { answerTool } from '../../../src/db/calls/answer-tool.ts';
import { createTaskRecord } from '../../../src/db/task-record.ts';
import { lockTask } from '../../../src/db/task-store.ts';
import { type Desk, model, openDesk, reserved } from './support.ts';

describe('a tool call whose answer somebody else gives', () => {
  let desk: Desk;
  let until: string | null = null;
  beforeAll(async () => {
    desk = await openDesk(18);
    await desk.hire('asking');
  }, 60_000);

  /** A task whose agent has asked a person. */
  async function asked(childId?: string): Promise<{ taskId: string; key: string }> {
    const tasks = createTaskRecord(desk.db, {
      models: [model],
      reserve: () => ({ microUsd: reserved, price: null }),
      toolsOf: async () => [
        {
          name: 'ask',
          description: 'Asks a person.',
          parameters: { type: 'object' },
          risk: 'low',
          effect: 'none',
          timeoutMs: 1000,
          place: 'record',
          run: async (_, { child }) => ({
            wait: child
              ? { for: 'children', detail: 'A part of it', on: [String(child)], until: null }
              : { for: 'person', detail: 'Which year?', on: ['msg_1'], until },
          }),
        },
      ],
    });
    const taskId = await desk.give('asking');
    const first = (await desk.look(taskId)).start[0]?.key ?? '';
    await desk.claim(taskId, first);
    const calls = childId ? [{}, { child: childId }] : [{}];
    const toolCalls = calls.map((args, n) => ({ id: `c${n}`, name: 'ask', arguments: JSON.stringify(args) }));
    const { start } = await desk.settle(taskId, first, {
      try: 1,
      end: { as: 'settled', outcome: { text: '', toolCalls, stop: 'tools' }, said: { text: '', toolCalls } },
    });
    if (childId) await desk.rows('UPDATE tasks SET parent_id = $1 WHERE id = $2', taskId, childId);
    for (const { key } of start) await tasks.claimTool(desk.asker, { taskId, key });
    return { taskId, key: start[0]?.key ?? '' };
  }
  const taskRow = async (id: string) =>
    (
      await desk.rows<{ status: string; waitingFor: string | null; holdsSlot: boolean; wakeAt: Date | null }>(
        'SELECT status, waiting_for, holds_slot, wake_at FROM tasks WHERE id = $1',
        id,
      )
    )[0];
  const told = async (id: string) =>
    (
      await desk.rows<{ text: string }>(
        `SELECT content->>'text' AS text FROM transcript WHERE task_id = $1 AND role = 'tool' ORDER BY seq`,
        id,
      )
    ).map(({ text }) => text);

  test('holds no slot while its task waits, and the answer is shown to the model once', async () => {
    const { taskId, key } = await asked();
    expect(await taskRow(taskId)).toMatchObject({
      status: 'waiting',
      waitingFor: 'person',
      holdsSlot: false,
    });
    const answer = () =>
      desk.inside(async (tx) => answerTool(tx, await lockTask(tx, taskId), key, { text: '2025.' }));
    expect([await answer(), await answer()]).toEqual([true, false]);
    expect((await desk.look(taskId)).start).toMatchObject([{ kind: 'callModel' }]);
    expect(await told(taskId)).toEqual(['2025.']);
  });

  test('is told when nobody answered in time', async () => {
    until = new Date(desk.asker.now - 1).toISOString();
    const { taskId, key } = await asked();
    expect((await taskRow(taskId))?.wakeAt?.toISOString()).toBe(until);
    expect((await desk.look(taskId)).start).toMatchObject([{ kind: 'callModel' }]);
    expect(await told(taskId)).toEqual(['Nobody answered in time: Which year?']);
    const late = desk.inside(async (tx) =>
      answerTool(tx, await lockTask(tx, taskId), key, { text: '2025.' }),
    );
    expect(await late).toBe(false);
  });

  test('is told what a task that it waits for has brought, also when that ended while something else was waited for', async () => {
    until = null;
    const child = await desk.give('asking');
    const { taskId, key } = await asked(child);
    expect(await taskRow(taskId)).toMatchObject({ waitingFor: 'person' });
    const call = (await desk.look(child)).start[0]?.key ?? '';
    await desk.claim(child, call);
    await desk.settle(child, call, { try: 1 });
    await desk.look(taskId);
    await desk.inside(async (tx) => answerTool(tx, await lockTask(tx, taskId), key, { text: '2025.' }));
    expect((await desk.look(taskId)).start).toMatchObject([{ kind: 'callModel' }]);
    expect(await told(taskId)).toEqual(['2025.', 'Done.']);
  });
});
