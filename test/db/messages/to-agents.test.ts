import { beforeAll, describe, expect, test } from '@jest/globals';
import { setAgentDuty } from '../../../src/commands/set-agent-duty.ts';
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
    const pass = async (from: string, to: string) => {
      await office.uses(from, 'send_message', { to, text: 'Your turn.', type: 'inform' });
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
