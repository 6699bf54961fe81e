import { beforeAll, expect, test } from '@jest/globals';
import { createTask } from '../../../src/commands/create-task.ts';
import { sendMessage } from '../../../src/commands/send-message.ts';
import { SendMessage } from '../../../src/contracts/message.ts';
import { CreateTask } from '../../../src/contracts/task.ts';
import type { MessageRow } from '../../../src/db/mappings/message.ts';
import { createTaskRecord } from '../../../src/db/task-record.ts';
import { scorer } from '../../core/task/snapshots.ts';
import { type Desk, openDesk } from '../tasks/support.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(18);
}, 60_000);

test('who writes to a goal where no model could read it is told so, once; the message stays unread', async () => {
  const record = createTaskRecord(desk.db, {
    models: [scorer],
    reserve: () => ({ microUsd: 1, price: null }),
    toolsOf: async () => [],
  });
  const look = (taskId: string) => record.standTask(desk.asker, { taskId });
  const { id } = await desk.inside((tx) =>
    createTask(tx, desk.caller, CreateTask.parse({ goal: 'Sum it up.', planAcceptance: 'person' })),
  );
  await look(id);
  const [template] = await desk.rows<{ id: string }>(
    `SELECT id FROM workflows WHERE origin = 'template' LIMIT 1`,
  );
  const outcome = { workflowId: template?.id, name: 'Summary', reason: 'It fits.' };
  await desk.rows(
    `UPDATE effects SET status = 'settled', outcome = $2 WHERE task_id = $1`,
    id,
    JSON.stringify(outcome),
  );
  await look(id);
  const input = { to: { kind: 'task', id }, content: { text: 'Please leave out step 3.' } };
  const { id: messageId } = await desk.inside((tx) =>
    sendMessage(tx, desk.caller, SendMessage.parse(input) as never),
  );
  await look(id);
  await look(id);
  const replies = await desk.rows<MessageRow>('SELECT * FROM messages WHERE reply_to = $1', messageId);
  expect(replies).toMatchObject([
    {
      type: 'error',
      toId: desk.caller.principalId,
      content: { text: expect.stringContaining('accept it, or send it back') },
    },
  ]);
  const [message] = await desk.rows<MessageRow>('SELECT * FROM messages WHERE id = $1', messageId);
  expect(message).toMatchObject({ state: 'delivered', answeredBy: replies[0]?.id });
  const [task] = await desk.rows('SELECT status, waiting_for FROM tasks WHERE id = $1', id);
  expect(task).toEqual({ status: 'waiting', waitingFor: 'approval' });
});
