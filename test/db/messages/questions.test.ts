import { beforeAll, describe, expect, test } from '@jest/globals';
import { ackMessage } from '../../../src/commands/ack-message.ts';
import { cancelTask } from '../../../src/commands/cancel-task.ts';
import { setAgentDuty } from '../../../src/commands/set-agent-duty.ts';
import { createTask } from '../../../src/commands/create-task.ts';
import { CreateTask } from '../../../src/contracts/task.ts';
import { expireMessage } from '../../../src/db/messages/expire.ts';
import { type Exchange, openExchange } from './support.ts';

let office: Exchange;
beforeAll(async () => {
  office = await openExchange();
  await office.employ('asking');
}, 60_000);

/** A task whose agent has asked a person. */
async function asks(args: object = {}): Promise<{ taskId: string; id: string }> {
  const taskId = await office.desk.give('asking');
  await office.uses(taskId, 'ask_person', { question: 'Which year?', ...args });
  const [asked] = await office.desk.rows<{ id: string }>(
    'SELECT id FROM messages WHERE from_task_id = $1',
    taskId,
  );
  return { taskId, id: asked?.id ?? '' };
}
const goal = async () =>
  (await office.desk.inside((tx) => createTask(tx, office.desk.caller, CreateTask.parse({ goal: 'Plan.' }))))
    .id;
/** A goal whose Chief of Staff has asked a person, and was told something else since. */
async function asksAndHears(): Promise<{ root: string; id: string }> {
  const root = await goal();
  await office.uses(root, 'ask_person', { question: 'Which year?', minutes: 5 });
  const [asked] = await office.desk.rows<{ id: string }>(
    'SELECT id FROM messages WHERE from_task_id = $1',
    root,
  );
  await office.toTask(root, 'It is about 2025, by the way.');
  return { root, id: asked?.id ?? '' };
}
const lines = async (taskId: string) =>
  office.desk.rows<{ role: string; text: string }>(
    `SELECT role, content->>'text' AS text FROM transcript WHERE task_id = $1 ORDER BY seq`,
    taskId,
  );
const reply = (replyTo: string, text: string, more: object = {}) =>
  office.write({ replyTo, content: { text }, ...more });

describe('a question to people', () => {
  test('stops the task without a slot until somebody answers, and the answer is the tool’s result', async () => {
    const { taskId, id } = await asks();
    expect(await office.task(taskId)).toMatchObject({
      status: 'waiting',
      waitingFor: 'person',
      holdsSlot: false,
    });
    expect(await office.message(id)).toMatchObject({
      type: 'request',
      toKind: 'person',
      toId: null,
      state: 'delivered',
    });
    await reply(id, '2025, please.');
    const key = await office.turn(taskId);
    expect((await office.told(taskId, 'tool')).at(-1)).toMatch(/answered: 2025, please\.$/);
    expect(await office.message(id)).toMatchObject({ state: 'acknowledged' });
    expect((await office.says(taskId, key, 'Done.')).end).toBe('completed');
  });

  test('is answered once: of two answers at once the second is a clear problem', async () => {
    const { taskId, id } = await asks();
    const both = await Promise.allSettled([reply(id, 'One.'), reply(id, 'Two.')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'undeliverable', problems: [{ pointer: '/replyTo', code: 'already_answered' }] },
    });
    await office.turn(taskId);
    expect(await office.told(taskId, 'tool')).toHaveLength(1);
  });

  test('whose task has ended cannot be answered any more', async () => {
    const { taskId, id } = await asks();
    await office.desk.inside((tx) => cancelTask(tx, office.desk.caller, { taskId }));
    await office.desk.look(taskId);
    await expect(reply(id, '2025')).rejects.toMatchObject({
      problems: [{ code: 'task_finished' }, { code: 'withdrawn' }],
    });
    expect(await office.message(id)).toMatchObject({ state: 'withdrawn', reason: expect.any(String) });
  });

  test('is answered when its agent is archived by then and busy: what has begun is finished', async () => {
    const { desk } = office;
    const agentId = await office.employ('lonely', 1);
    const asking = await desk.give('lonely');
    await office.uses(asking, 'ask_person', { question: 'Which year?' });
    const other = await desk.give('lonely');
    const key = await office.turn(other);
    const [asked] = await desk.rows<{ id: string }>(
      'SELECT id FROM messages WHERE from_task_id = $1',
      asking,
    );
    await reply(asked?.id ?? '', '2025.');
    await desk.look(asking);
    expect(await office.task(asking)).toMatchObject({ waitingFor: 'capacity' });
    await desk.inside((tx) => setAgentDuty(tx, desk.caller, { agentId, duty: 'archive' }));
    await desk.look(asking);
    const wakes = () => desk.rows('SELECT id FROM outbox WHERE target = $1', `task/${asking}`);
    const before = (await wakes()).length;
    await office.says(other, key, 'Done.');
    expect(await wakes()).toHaveLength(before + 1);
    expect((await office.says(asking, await office.turn(asking), 'It was 2025.')).end).toBe('completed');
  });

  test('with a deadline expires, its task goes on, and a late answer is refused', async () => {
    const { taskId, id } = await asks({ minutes: 5 });
    const [due] = await office.desk.rows<{ ms: number }>(
      `SELECT (extract(epoch FROM due_at - created_at) * 1000)::float8 AS ms FROM outbox WHERE target = $1`,
      `message/${id}`,
    );
    expect(Math.round((due?.ms ?? 0) / 60_000)).toBe(5);
    await expireMessage(office.desk.db, id);
    expect((await office.message(id)).state).toBe('delivered');
    await office.desk.rows(`UPDATE messages SET deadline = now() - interval '1 second' WHERE id = $1`, id);
    await expireMessage(office.desk.db, id);
    expect(await office.message(id)).toMatchObject({
      state: 'expired',
      reason: 'Nobody answered by the deadline.',
    });
    await office.turn(taskId);
    expect((await office.told(taskId, 'tool')).at(-1)).toContain('Nobody answered by the deadline.');
    await expect(reply(id, '2025')).rejects.toMatchObject({ problems: [{ code: 'expired' }] });
  });

  test('is acknowledged by a person, also twice; an agent’s message is not theirs to acknowledge', async () => {
    const { taskId, id } = await asks();
    const ack = (which: string) => office.desk.inside((tx) => ackMessage(tx, office.desk.caller, which));
    await ack(id);
    await ack(id);
    expect((await office.message(id)).state).toBe('acknowledged');
    const steering = await office.toTask(taskId, 'Hurry.');
    await expect(ack(steering)).rejects.toMatchObject({ code: 'wrong_state' });
    await reply(id, 'After all: 2025.');
    expect((await office.answerTo(id))?.content.text).toBe('After all: 2025.');
  });
});

describe('a question that its Chief of Staff has withdrawn, because it heard the answer', () => {
  test('is open no more and cannot be answered; it says why, and the plan is written', async () => {
    const { root, id } = await asksAndHears();
    await office.uses(root, 'withdraw_question', { question: id, reason: 'I was told the year.' });
    expect(await office.message(id)).toMatchObject({ state: 'withdrawn', reason: 'I was told the year.' });
    await expect(reply(id, '2024')).rejects.toMatchObject({
      code: 'undeliverable',
      problems: [{ code: 'withdrawn', message: expect.stringContaining('I was told the year.') }],
    });
    const [event] = await office.desk.rows(
      `SELECT type, actor, data->>'reason' AS reason FROM events WHERE data->>'messageId' = $1 ORDER BY id DESC LIMIT 1`,
      id,
    );
    const { agentId } = (await office.task(root)) as unknown as { agentId: string };
    expect(event).toEqual({ type: 'message.withdrawn', actor: agentId, reason: 'I was told the year.' });
    const heard = await office.says(root, await office.turn(root), 'Thank you.');
    expect(heard.start).toMatchObject([{ kind: 'callModel', summary: expect.stringMatching(/^Plan /) }]);
    await office.turn(root);
    expect((await lines(root)).slice(-5).map(({ role }) => role)).toEqual([
      'assistant',
      'tool',
      'user',
      'assistant',
      'user',
    ]);
    await office.desk.rows(`UPDATE messages SET deadline = now() - interval '1 second' WHERE id = $1`, id);
    await expireMessage(office.desk.db, id);
    expect((await office.message(id)).state).toBe('withdrawn');
  });

  test('or an operator, whose result comes of its own turns', async () => {
    const { taskId, id } = await asks();
    await office.toTask(taskId, '2025, by the way.');
    await office.uses(taskId, 'withdraw_question', { reason: 'A person said so.' });
    expect((await office.message(id)).state).toBe('withdrawn');
    await office.says(taskId, await office.turn(taskId), 'Thank you.');
    expect((await office.says(taskId, await office.turn(taskId), 'It was 2025.')).end).toBe('completed');
    expect((await office.desk.rows('SELECT result FROM tasks WHERE id = $1', taskId))[0]).toMatchObject({
      result: { markdown: 'It was 2025.' },
    });
  });

  test('must be its own and open: what was answered meanwhile stays answered', async () => {
    const { root, id } = await asksAndHears();
    const other = await asks();
    await office.uses(root, 'withdraw_question', { question: other.id, reason: 'Why not?' });
    expect((await office.message(other.id)).state).toBe('delivered');
    expect((await lines(root)).at(-1)?.text).toContain(`There are:\n${id}`);
    const key = await office.calls(root, 'withdraw_question', { reason: 'I know it.' });
    await reply(id, '2024.');
    await office.desk.look(root);
    await office.record.claimTool(office.desk.asker, { taskId: root, key });
    expect((await lines(root)).at(-1)).toMatchObject({
      role: 'tool',
      text: expect.stringContaining('No question'),
    });
    expect(await office.message(id)).toMatchObject({ state: 'acknowledged', reason: null });
    await office.turn(root);
    expect((await lines(root)).at(-1)).toMatchObject({
      role: 'user',
      text: expect.stringMatching(/answered: 2024\.$/),
    });
  });
});

describe('a question to the Chief of Staff', () => {
  const below = async (parentId: string, rootId: string) => {
    const id = await office.desk.give('asking');
    await office.desk.rows(
      'UPDATE tasks SET parent_id = $2, root_id = $3 WHERE id = $1',
      id,
      parentId,
      rootId,
    );
    return id;
  };
  const questionOf = async (taskId: string) =>
    (
      await office.desk.rows<{ id: string; toId: string }>(
        'SELECT id, to_id FROM messages WHERE from_task_id = $1',
        taskId,
      )
    )[0];

  test('goes past an operator that has delegated: it waits for the one who asks, and would never read it', async () => {
    const root = await goal();
    const delegator = await below(root, root);
    const delegate = await below(delegator, root);
    await office.uses(delegate, 'ask_chief', { question: 'Which year?' });
    expect((await questionOf(delegate))?.toId).toBe(root);
  });

  test('is not shown by a call that writes a plan, which could not answer it; what informs is', async () => {
    const root = await goal();
    const { start } = await office.desk.look(root);
    const asking = await below(root, root);
    await office.uses(asking, 'ask_chief', { question: 'Which year?' });
    const informs = await office.toTask(root, 'Mind the price.', { type: 'inform' });
    await office.desk.look(root);
    await office.desk.claim(root, start[0]?.key ?? '');
    const told = (await office.told(root)).join();
    expect(told).toContain('Mind the price.');
    expect(told).not.toContain('Which year?');
    const question = await questionOf(asking);
    expect(await office.message(question?.id ?? '')).toMatchObject({ state: 'delivered' });
    expect(await office.message(informs)).toMatchObject({ state: 'read' });
  });
});

describe('a question to another task', () => {
  const asked = (by: string, to: string) => office.uses(by, 'send_message', { to, text: 'Which year?' });
  const waitsForAnswer = async (id: string) => (await office.task(id)).waitingFor === 'message';
  const give = () => office.desk.give('asking');

  test('that waits for the asker is refused, whoever stands between: nobody waits in a ring', async () => {
    const [one, two, three] = [await give(), await give(), await give()];
    await asked(one, two);
    await asked(two, three);
    expect([await waitsForAnswer(one), await waitsForAnswer(two)]).toEqual([true, true]);
    await asked(three, one);
    expect(await waitsForAnswer(three)).toBe(false);
    expect((await office.told(three, 'tool')).join()).toContain('waits for you itself');
    await asked(three, await give());
    expect(await waitsForAnswer(three)).toBe(true);
  });

  test('of two that ask each other at once, one is refused', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [await give(), await give()];
      await Promise.all([asked(one, two), asked(two, one)]);
      const waiting = [await waitsForAnswer(one), await waitsForAnswer(two)];
      expect(waiting.sort()).toEqual([false, true]);
    }
  });
});

test('ask_chief without anybody above says so', async () => {
  const taskId = await office.desk.give('asking');
  await office.uses(taskId, 'ask_chief', { question: 'May I?' });
  expect((await office.told(taskId, 'tool')).join()).toContain('No Chief of Staff is above this task');
});
