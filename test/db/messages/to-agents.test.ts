import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../../src/commands/cancel-task.ts';
import { setAgentDuty } from '../../../src/commands/set-agent-duty.ts';
import { withdrawMessage } from '../../../src/commands/withdraw-message.ts';
import { expireMessage } from '../../../src/db/messages/expire.ts';
import { type Exchange, openExchange } from './support.ts';

let office: Exchange;
beforeAll(async () => {
  office = await openExchange();
}, 60_000);

describe('a person’s message to an agent', () => {
  test('that asks starts a task of that agent, whose result is the answer', async () => {
    const agentId = await office.employ('counting');
    const id = await office.toAgent(agentId, 'How many invoices are open?');
    const { taskId, state } = await office.message(id);
    expect(state).toBe('accepted');
    expect(await office.task(taskId ?? '')).toMatchObject({
      goal: 'How many invoices are open?',
      parentId: null,
    });
    const key = await office.turn(taskId ?? '');
    expect((await office.message(id)).state).toBe('read');
    expect((await office.told(taskId ?? '')).join()).not.toContain('# Message');
    expect((await office.says(taskId ?? '', key, 'Twelve.')).end).toBe('completed');
    expect(await office.answerTo(id)).toMatchObject({
      type: 'reply',
      toKind: 'person',
      toId: office.desk.caller.principalId,
      fromId: agentId,
      correlationId: id,
      content: { text: 'Twelve.' },
      state: 'delivered',
    });
    expect(await office.message(id)).toMatchObject({ state: 'acknowledged' });
  });

  test('whose task fails is answered with the error', async () => {
    const agentId = await office.employ('failing');
    const id = await office.toAgent(agentId, 'Try it.');
    const { taskId } = await office.message(id);
    const key = await office.turn(taskId ?? '');
    const error = { code: 'model_failed', message: 'It broke.' };
    await office.desk.settle(taskId ?? '', key, { try: 1, end: { as: 'failed', error } });
    expect(await office.answerTo(id)).toMatchObject({
      type: 'error',
      content: { data: { code: 'model_failed' } },
    });
  });

  test('that tells something waits in the mailbox for the agent’s next task, and goes into no other', async () => {
    const agentId = await office.employ('listening');
    const running = await office.desk.give('listening');
    const first = await office.turn(running);
    const ids = [];
    for (const text of ['One.', 'Two.']) ids.push(await office.toAgent(agentId, text, { type: 'inform' }));
    await office.says(running, first, 'Done.');
    for (const id of ids) expect(await office.message(id)).toMatchObject({ state: 'accepted', taskId: null });
    const next = await office.desk.give('listening');
    await office.turn(next);
    for (const id of ids) expect(await office.message(id)).toMatchObject({ state: 'read', taskId: next });
    const said = (await office.told(next)).join('\n');
    expect(said.indexOf('One.')).toBeGreaterThan(0);
    expect(said.indexOf('Two.')).toBeGreaterThan(said.indexOf('One.'));
  });

  test('about its capabilities and load is answered in the same transaction, without a model call', async () => {
    const agentId = await office.employ('translating');
    const id = await office.toAgent(agentId, 'Can you translate?', { type: 'capability_inquiry' });
    expect(await office.message(id)).toMatchObject({ state: 'acknowledged', taskId: null });
    expect(await office.answerTo(id)).toMatchObject({
      type: 'capability_response',
      content: {
        data: {
          agentId,
          capabilities: [{ name: 'translating', level: 3 }],
          active: 0,
          maxConcurrent: 50,
          waiting: 0,
        },
      },
    });
    expect(await office.desk.rows('SELECT id FROM tasks WHERE agent_id = $1', agentId)).toEqual([]);
  });

  test('that is archived is refused with every other fault at once', async () => {
    const agentId = await office.employ('leaving');
    await office.desk.inside((tx) => setAgentDuty(tx, office.desk.caller, { agentId, duty: 'archive' }));
    const sending = office.toAgent(agentId, 'Hello?', { deadline: '2020-01-01T00:00:00Z', type: 'reply' });
    await expect(sending).rejects.toMatchObject({
      code: 'undeliverable',
      problems: [
        { pointer: '/to/id', code: 'archived_agent' },
        { pointer: '/replyTo', code: 'required' },
        { pointer: '/deadline', code: 'past_deadline' },
      ],
    });
  });
});

describe('an agent’s message', () => {
  test('that asks another agent starts a task below its own and waits; the result comes back to the call', async () => {
    const [, other] = [await office.employ('asking'), await office.employ('knowing')];
    const taskId = await office.desk.give('asking');
    await office.uses(taskId, 'send_message', { to: 'knowing', text: 'Which year?' });
    expect(await office.task(taskId)).toMatchObject({ status: 'waiting', waitingFor: 'message' });
    const [asked] = await office.desk.rows<{ id: string; taskId: string; hops: number }>(
      'SELECT id, task_id, hops FROM messages WHERE from_task_id = $1',
      taskId,
    );
    expect(asked?.hops).toBe(1);
    const below = asked?.taskId ?? '';
    expect(await office.task(below)).toMatchObject({ parentId: taskId, rootId: taskId });
    await office.says(below, await office.turn(below), 'It was 2025.');
    await office.turn(taskId);
    expect((await office.told(taskId, 'tool')).join()).toMatch(
      /<material about="answer of knowing">\nIt was 2025\./,
    );
    expect(await office.answerTo(asked?.id ?? '')).toMatchObject({
      state: 'acknowledged',
      fromId: other,
      taskId,
    });
  });

  test('to its own agent is refused, and the model is told why', async () => {
    await office.employ('alone');
    const taskId = await office.desk.give('alone');
    await office.uses(taskId, 'send_message', { to: 'alone', text: 'Hello me.' });
    expect((await office.told(taskId, 'tool')).join()).toContain('A message to oneself goes nowhere');
  });

  test('between two tasks is held up by its hops, which a person’s word sets back', async () => {
    await office.employ('ping');
    await office.employ('pong');
    const [one, two] = [await office.desk.give('ping'), await office.desk.give('pong')];
    let said = 0;
    const pass = async (from: string, to: string) => {
      await office.uses(from, 'send_message', { to, text: `Your turn ${said++}.`, type: 'inform' });
      return (await office.told(from, 'tool')).at(-1) ?? '';
    };
    await office.desk.look(two);
    for (let hops = 1; hops <= 8; hops += 1)
      expect(await (hops % 2 === 1 ? pass(one, two) : pass(two, one))).toContain('Sent to');
    const wants = async () => {
      const key = await office.turn(one);
      const toolCalls = [
        {
          id: 'c9',
          name: 'send_message',
          arguments: JSON.stringify({ to: two, text: 'Again?', type: 'inform' }),
        },
      ];
      const outcome = { text: '', toolCalls, stop: 'tools' };
      return office.desk.settle(one, key, {
        try: 1,
        end: { as: 'settled', outcome, said: { text: '', toolCalls } },
      });
    };
    expect((await wants()).start).toEqual([]);
    const held = { status: 'waiting', waitingFor: 'person', guardTripped: { guard: 'hops' } };
    expect(await office.task(one)).toMatchObject(held);
    const [tripped] = await office.desk.rows(
      `SELECT data FROM events WHERE stream = $1 AND type = 'guard.tripped'`,
      `task/${one}`,
    );
    expect(tripped).toMatchObject({
      data: { guard: 'hops', detail: expect.stringContaining('chain of agents') },
    });
    await office.toTask(one, 'Go on, it is all right.');
    const { start } = await office.desk.look(one);
    await office.record.claimTool(office.desk.asker, { taskId: one, key: start[0]?.key ?? '' });
    expect((await office.told(one, 'tool')).at(-1)).toContain('Sent to');
  });
});

describe('a request to an agent that nobody needs any more', () => {
  beforeAll(async () => {
    for (const name of ['caller', 'called']) await office.employ(name);
  });
  const asks = async (more: object = {}) => {
    const taskId = await office.desk.give('caller');
    await office.uses(taskId, 'send_message', { to: 'called', text: 'Which year?', ...more });
    const [asked] = await office.desk.rows<{ id: string; taskId: string }>(
      'SELECT id, task_id FROM messages WHERE from_task_id = $1',
      taskId,
    );
    return { taskId, id: asked?.id ?? '', work: asked?.taskId ?? '' };
  };
  const withdraw = (messageId: string, reason = 'It is settled.') =>
    office.desk.inside((tx) => withdrawMessage(tx, office.desk.caller, { messageId, reason }));
  const answers = (id: string) => office.desk.rows('SELECT id FROM messages WHERE reply_to = $1', id);

  test('is withdrawn by the agent that waits for it, once a person told it: the work on it stops', async () => {
    const { taskId, id, work } = await asks();
    const key = await office.turn(work);
    await office.toTask(taskId, 'It was 2025.');
    await office.uses(taskId, 'withdraw_question', { reason: 'I was told.' });
    expect(await office.message(id)).toMatchObject({ state: 'withdrawn', reason: 'I was told.' });
    expect(await office.task(work)).toMatchObject({
      cancelReason: 'Withdrawn by whoever asked: I was told.',
    });
    await office.says(work, key, 'It was 2024.');
    expect((await office.task(work)).status).toBe('cancelled');
    expect(await answers(id)).toEqual([]);
    await office.says(taskId, await office.turn(taskId), 'Thank you.');
    expect((await office.says(taskId, await office.turn(taskId), '2025.')).end).toBe('completed');
  });

  test('is withdrawn by the agent that has gone on meanwhile; what has not begun never begins', async () => {
    const { taskId, id, work } = await asks({ wait: false });
    await office.uses(taskId, 'withdraw_question', { question: id, reason: 'Found it.' });
    expect((await office.told(taskId, 'tool')).at(-1)).toBe('Withdrawn.');
    expect((await office.desk.look(work)).start).toEqual([]);
    expect(await office.task(work)).toMatchObject({ status: 'cancelled' });
    await office.uses(taskId, 'withdraw_question', { question: id, reason: 'Again.' });
    expect((await office.told(taskId, 'tool')).at(-1)).toBe('No question of yours is open.');
  });

  test('is withdrawn by a person who wrote it, also twice, but not what an agent wrote or somebody answered', async () => {
    const agentId = await office.employ('asked');
    const id = await office.toAgent(agentId, 'How many?');
    const { taskId } = await office.message(id);
    await withdraw(id);
    await withdraw(id, 'Never mind.');
    expect(await office.message(id)).toMatchObject({ state: 'withdrawn', reason: 'It is settled.' });
    await office.desk.look(taskId ?? '');
    expect(await office.task(taskId ?? '')).toMatchObject({
      status: 'cancelled',
      cancelReason: 'It is settled.',
    });
    expect(await answers(id)).toEqual([]);
    const answered = await office.toAgent(agentId, 'And now?');
    const { taskId: begun } = await office.message(answered);
    await office.says(begun ?? '', await office.turn(begun ?? ''), 'Twelve.');
    const { id: ofAgent } = await asks();
    for (const which of [answered, ofAgent])
      await expect(withdraw(which)).rejects.toMatchObject({ code: 'wrong_state' });
    await expect(withdraw('msg_00000000000000000000000000')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('of an answer and a withdrawal at once one comes first, and the other one is told', async () => {
    const agentId = await office.employ('racing');
    for (let round = 0; round < 5; round += 1) {
      const id = await office.toAgent(agentId, 'How many?');
      const work = (await office.message(id)).taskId ?? '';
      const key = await office.turn(work);
      const [, withdrawn] = await Promise.allSettled([office.says(work, key, 'Twelve.'), withdraw(id)]);
      const won = withdrawn.status === 'fulfilled';
      expect((await office.message(id)).state).toBe(won ? 'withdrawn' : 'acknowledged');
      expect((await office.task(work)).status).toBe(won ? 'cancelled' : 'completed');
      expect(await answers(id)).toHaveLength(won ? 0 : 1);
    }
  });

  test('goes before others of its priority for its deadline, stops with it, and whoever asked is told', async () => {
    const { taskId, id, work } = await asks({ minutes: 5 });
    expect((await office.task(work)).deadline).toEqual((await office.message(id)).deadline);
    await office.desk.rows(`UPDATE messages SET deadline = now() - interval '1 second' WHERE id = $1`, id);
    await expireMessage(office.desk.db, id);
    await office.desk.look(work);
    expect(await office.task(work)).toMatchObject({
      status: 'cancelled',
      cancelReason: 'Nobody answered by the deadline.',
    });
    await office.turn(taskId);
    expect((await office.told(taskId, 'tool')).at(-1)).toContain('Nobody answered by the deadline.');
    await office.desk.inside((tx) => cancelTask(tx, office.desk.caller, { taskId }));
  });
});

describe('a message that nobody has read', () => {
  test('is withdrawn by a person: neither the task nor the agent is shown it; what was read stays', async () => {
    const agentId = await office.employ('reader');
    const withdraw = (messageId: string) =>
      office.desk.inside((tx) =>
        withdrawMessage(tx, office.desk.caller, { messageId, reason: 'Wrong one.' }),
      );
    const taskId = await office.desk.give('reader');
    const told = await office.toTask(taskId, 'Mind the tide.');
    const inBox = await office.toAgent(agentId, 'The crane is broken.', { type: 'inform' });
    await office.desk.look(taskId);
    for (const id of [told, inBox]) await withdraw(id);
    const key = await office.turn(taskId);
    expect((await office.told(taskId)).join()).not.toMatch(/tide|crane/);
    const late = await office.toTask(taskId, 'Mind the wind.');
    await office.says(taskId, key, 'Done.');
    await withdraw(late);
    const next = await office.turn(taskId);
    expect((await office.told(taskId)).at(-1)).toMatch(/^Go on/);
    const read = await office.toTask(taskId, 'Mind the rain.');
    await office.says(taskId, next, 'Done.');
    const last = await office.turn(taskId);
    await expect(withdraw(read)).rejects.toMatchObject({ code: 'wrong_state' });
    expect((await office.says(taskId, last, 'All done.')).end).toBe('completed');
  });
});
