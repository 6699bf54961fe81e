import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../../src/commands/cancel-task.ts';
import { sendMessage } from '../../../src/commands/send-message.ts';
import { SendMessage } from '../../../src/contracts/message.ts';
import type { MessageRow } from '../../../src/db/mappings/message.ts';
import { type Desk, openDesk } from '../tasks/support.ts';

describe('a message to a task', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(18);
    await desk.hire('working', 100);
  }, 60_000);

  const send = async (taskId: string, text: string, more: object = {}) =>
    (
      await desk.inside((tx) =>
        sendMessage(
          tx,
          desk.caller,
          SendMessage.parse({ to: { kind: 'task', id: taskId }, content: { text }, ...more }),
        ),
      )
    ).id;
  const message = async (id: string) =>
    (await desk.rows<MessageRow>('SELECT * FROM messages WHERE id = $1', id))[0] as MessageRow;
  const lines = async (taskId: string, role = 'user') =>
    (
      await desk.rows<{ text: string }>(
        `SELECT content->>'text' AS text FROM transcript WHERE task_id = $1 AND role = $2 ORDER BY seq`,
        taskId,
        role,
      )
    ).map(({ text }) => text);
  const eventsOf = async (taskId: string, messageId: string) =>
    (
      await desk.rows<{ type: string }>(
        `SELECT type FROM events WHERE stream = $1 AND data->>'messageId' = $2 ORDER BY seq`,
        `task/${taskId}`,
        messageId,
      )
    ).map(({ type }) => type.replace('message.', ''));

  test('is delivered when the task looks, read by the call that shows it, acknowledged by its answer', async () => {
    const taskId = await desk.give('working');
    const first = (await desk.look(taskId)).start[0]?.key ?? '';
    const id = await send(taskId, 'Mind the second page.');
    expect((await message(id)).state).toBe('accepted');
    await desk.look(taskId);
    expect(await message(id)).toMatchObject({ state: 'delivered', taskId });
    await desk.claim(taskId, first);
    expect(await message(id)).toMatchObject({ state: 'read', readIn: first, shownAttempt: 1 });
    expect((await lines(taskId)).at(-1)).toMatch(/a person in charge\n\nMind the second page\./);
    const { end } = await desk.settle(taskId, first, { try: 1 });
    expect(end).toBe('completed');
    expect((await message(id)).state).toBe('acknowledged');
    expect(await eventsOf(taskId, id)).toEqual(['accepted', 'delivered', 'read', 'acknowledged']);
  });

  test('that comes in mid call makes the task take another turn before it completes', async () => {
    const taskId = await desk.give('working');
    const first = (await desk.look(taskId)).start[0]?.key ?? '';
    await desk.claim(taskId, first);
    const id = await send(taskId, 'In euros, please.');
    await desk.look(taskId);
    expect((await message(id)).state).toBe('delivered');
    const { end, start } = await desk.settle(taskId, first, { try: 1 });
    expect(end).toBeNull();
    const second = start[0]?.key ?? '';
    await desk.claim(taskId, second);
    expect((await lines(taskId)).at(-1)).toContain('In euros, please.');
    expect((await desk.settle(taskId, second, { try: 1 })).end).toBe('completed');
    expect((await message(id)).state).toBe('acknowledged');
  });

  test('that nobody woke the task for is found by the decision that would complete it', async () => {
    const taskId = await desk.give('working');
    const first = (await desk.look(taskId)).start[0]?.key ?? '';
    await desk.claim(taskId, first);
    const id = await send(taskId, 'The queue was flushed.');
    const { end } = await desk.settle(taskId, first, { try: 1 });
    expect(end).toBeNull();
    expect((await message(id)).state).toBe('delivered');
  });

  test('is shown again to the agent that takes the task over', async () => {
    await desk.hire('working', 100);
    const taskId = await desk.give('working');
    const first = (await desk.look(taskId)).start[0]?.key ?? '';
    const id = await send(taskId, 'Only the year 2025.');
    await desk.look(taskId);
    await desk.claim(taskId, first);
    const error = { code: 'model_failed', message: 'no' };
    const { start } = await desk.settle(taskId, first, { try: 1, end: { as: 'failed', error } });
    await desk.claim(taskId, start[0]?.key ?? '');
    expect((await lines(taskId)).filter((text) => text.includes('Only the year 2025.'))).toHaveLength(2);
    expect(await message(id)).toMatchObject({ shownAttempt: 2, readIn: first });
  });

  test('keeps the order in which many were accepted at once', async () => {
    const taskId = await desk.give('working');
    const first = (await desk.look(taskId)).start[0]?.key ?? '';
    const ids = await Promise.all(Array.from({ length: 12 }, (_, i) => send(taskId, `Number ${i}.`)));
    await desk.look(taskId);
    await desk.claim(taskId, first);
    const rows = await desk.rows<{ id: string; place: number; text: string }>(
      `SELECT id, place, content->>'text' AS text FROM messages WHERE task_id = $1 ORDER BY place`,
      taskId,
    );
    expect(rows.map(({ place }) => place)).toEqual(ids.map((_, i) => i + 1));
    const shown = (await lines(taskId)).flatMap((text) => /Number \d+\./.exec(text)?.[0] ?? []);
    expect(shown).toEqual(rows.map(({ text }) => text));
  });

  test('expires with the reason when the task ends before it was read', async () => {
    const taskId = await desk.give('working');
    await desk.look(taskId);
    const id = await send(taskId, 'Too late.');
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId }));
    await desk.look(taskId);
    expect(await message(id)).toMatchObject({
      state: 'expired',
      reason: expect.stringContaining('cancelled'),
    });
  });

  test('to a finished task is refused, and nothing is changed', async () => {
    const taskId = await desk.give('working');
    const first = (await desk.look(taskId)).start[0]?.key ?? '';
    await desk.claim(taskId, first);
    await desk.settle(taskId, first, { try: 1 });
    await expect(send(taskId, 'Hello?')).rejects.toMatchObject({
      code: 'undeliverable',
      problems: [{ pointer: '/to/id', code: 'task_finished' }],
    });
    expect(await desk.rows('SELECT id FROM messages WHERE task_id = $1', taskId)).toEqual([]);
  });

  test('which was written while the task ended is sent back by its next look', async () => {
    const taskId = await desk.give('working');
    const first = (await desk.look(taskId)).start[0]?.key ?? '';
    const id = await send(taskId, 'At the last moment.');
    // An agent writes without the recipient's lock: the task ends without having seen it.
    await desk.rows(`UPDATE tasks SET status = 'completed' WHERE id = $1`, taskId);
    await desk.look(taskId);
    expect(await message(id)).toMatchObject({ state: 'expired' });
    expect(first).not.toBe('');
  });
});
