import { beforeAll, describe, expect, test } from '@jest/globals';
import { acceptPlan } from '../../src/commands/accept-plan.ts';
import { sendMessage } from '../../src/commands/send-message.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { SendMessage } from '../../src/contracts/message.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import type { Tx } from '../../src/db/record.ts';
import {
  isPlan,
  isStep,
  isSynthesis,
  openScriptedHouse,
  type ScriptedHouse,
} from '../support/scripted-house.ts';
import type { Answer, ServedCall } from '../support/scripted-model-server/script.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;
let agentId: string;
beforeAll(async () => {
  house = await openScriptedHouse();
  const tools = ['ask_person', 'ask_chief', 'send_message'];
  const spec = AgentSpec.parse({
    name: 'Scout',
    role: 'master_operator',
    tools,
    limits: { maxConcurrent: 9 },
  });
  agentId = (await desk((tx) => insertAgent(tx, spec))).id;
}, 120_000);

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);
const write = (input: object) =>
  desk((tx) => sendMessage(tx, house.caller, SendMessage.parse(input) as never));
const step = (id: string, goal: string, dependsOn: string[] = []) => ({
  id,
  kind: 'agent',
  title: goal,
  dependsOn,
  with: { goal, agentId },
});
const firstPlan = () => ({
  name: 'One way',
  steps: [
    step('read', 'Read the offer'),
    step('look', 'Look at the supplier', ['read']),
    step('order', 'Order there', ['look']),
  ],
});
const newRest = () => ({ name: 'Another way', steps: [step('other', 'Find another supplier', ['look'])] });
const isReplan = (call: ServedCall) => isPlan(call) && call.text.includes('# The plan needs a new rest');
const isHearing = (call: ServedCall) =>
  !call.outputSchema && call.text.includes('Answer the messages above') && !isSynthesis(call);
const revise = { toolCalls: [{ name: 'revise_plan', arguments: { reason: 'The supplier is bankrupt.' } }] };

const told = { to: 'chief', type: 'inform', text: 'It is bankrupt.' };

/** The Chief of Staff changes its plan when it hears of it; the step `look` asks before it goes on, where `tells` is set after it has told its chief. */
function script(
  tool: 'ask_chief' | 'ask_person',
  { rest = { json: newRest() }, tells = false }: { rest?: Answer; tells?: boolean } = {},
) {
  house.answer((call) => {
    if (isReplan(call)) return rest;
    if (isPlan(call)) return { json: firstPlan() };
    if (isHearing(call)) return call.text.includes('Noted.') ? { text: 'Then end here.' } : revise;
    if (!isStep('Look at the supplier')(call)) return null;
    if (call.text.includes('Then end here.')) return { text: 'It is bankrupt.' };
    if (tells && !call.text.includes('Sent to'))
      return { toolCalls: [{ name: 'send_message', arguments: told }] };
    return { toolCalls: [{ name: tool, arguments: { question: 'It is bankrupt. What now?' } }] };
  });
}

const stepsOf = async (taskId: string) =>
  (
    await house.rows<{ key: string; status: string; attempts: number }>(
      'SELECT s.key, s.status, s.attempts FROM steps s JOIN tasks t ON t.plan_run_id = s.run_id WHERE t.id = $1 ORDER BY s.key',
      taskId,
    )
  ).map(({ key, status, attempts }) => [key, status, attempts]);
const plansOf = (taskId: string) =>
  house.rows('SELECT n, kind, status, reason, changes FROM plans WHERE task_id = $1 ORDER BY n', taskId);
const revisionsOf = (taskId: string) =>
  house.rows<{ data: object }>(
    `SELECT data FROM events WHERE stream = $1 AND type = 'plan.revised' ORDER BY seq`,
    `task/${taskId}`,
  );
const questionOf = (taskId: string) =>
  waitFor(
    async () => {
      const [asked] = await house.rows<{ id: string }>(
        `SELECT m.id FROM messages m JOIN tasks t ON t.id = m.from_task_id WHERE t.root_id = $1 AND m.type = 'request'`,
        taskId,
      );
      return asked?.id;
    },
    { what: 'the question of the step', timeoutMs: 45_000 },
  );
const answersTo = (id: string) =>
  house.rows<{ text: string }>(`SELECT content->>'text' AS text FROM messages WHERE reply_to = $1`, id);
const changes = { added: ['other'], removed: ['order'], kept: ['read', 'look'] };
const changedSteps = [
  ['look', 'completed', 1],
  ['other', 'completed', 1],
  ['read', 'completed', 1],
];

describe('something new while the plan is carried out', () => {
  test('that an operator tells its Chief of Staff leads to a new rest; what has begun is kept and not done again', async () => {
    script('ask_chief');
    const id = await house.give({ goal: 'Order the screws.' });
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    expect(await stepsOf(id)).toEqual(changedSteps);
    expect(await plansOf(id)).toMatchObject([
      { n: 1, kind: 'first', status: 'accepted' },
      { n: 2, kind: 'revision', status: 'wanted', reason: 'The supplier is bankrupt.' },
      {
        n: 3,
        kind: 'revision',
        status: 'accepted',
        reason: expect.stringContaining('The supplier is bankrupt.'),
        changes,
      },
    ]);
    expect(await revisionsOf(id)).toMatchObject([{ data: { n: 3, ...changes } }]);
    expect(await house.rows('SELECT 1 FROM tasks WHERE parent_id = $1', id)).toHaveLength(3);
    expect(await answersTo((await questionOf(id)) as string)).toEqual([{ text: 'Then end here.' }]);
    await house.isWhole(id);
  }, 120_000);

  test('that a person writes to the goal does the same, and the person is answered', async () => {
    script('ask_person');
    const id = await house.give({ goal: 'Order the nails.' });
    const question = (await questionOf(id)) as string;
    const to = { kind: 'task', id };
    const steering = await write({ to, content: { text: 'The supplier is bankrupt: find another.' } });
    await waitFor(async () => (await revisionsOf(id)).length > 0, {
      what: 'the new rest',
      timeoutMs: 45_000,
    });
    await write({ replyTo: question, content: { text: 'Then end here.' } });
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    expect(await stepsOf(id)).toEqual(changedSteps);
    expect(await answersTo(steering.id)).toEqual([{ text: 'Then end here.' }]);
    await house.isWhole(id);
  }, 120_000);

  test('that an operator only mentions, without waiting for an answer, does so too', async () => {
    script('ask_person', { tells: true });
    const id = await house.give({ goal: 'Order the hooks.' });
    const question = (await questionOf(id)) as string;
    await waitFor(async () => (await revisionsOf(id)).length > 0, {
      what: 'the new rest',
      timeoutMs: 45_000,
    });
    await write({ replyTo: question, content: { text: 'Then end here.' } });
    await house.reaches('tasks', id, ['completed'], 60_000);
    expect(await stepsOf(id)).toEqual(changedSteps);
    await house.isWhole(id);
  }, 120_000);

  test('leads to a plan that a person must accept, where the goal says so', async () => {
    script('ask_chief');
    const id = await house.give({ goal: 'Order the bolts.', planAcceptance: 'person' });
    const accept = async (name: string) => {
      await house.until(id, ({ waitingDetail }) => String(waitingDetail).includes(`“${name}”`));
      await desk((tx) => acceptPlan(tx, house.caller, { taskId: id, toolsOf: async () => [] }));
    };
    await accept('One way');
    await accept('Another way');
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    expect(await stepsOf(id)).toEqual(changedSteps);
    await house.isWhole(id);
  }, 120_000);

  test('lets the plan go on as it is when there is no new rest that makes sense', async () => {
    script('ask_chief', { rest: { text: 'I would rather not.' } });
    const id = await house.give({ goal: 'Order the nuts.' });
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 60_000)).toMatchObject({
      status: 'completed',
    });
    expect((await stepsOf(id)).map(([key, status]) => [key, status])).toEqual([
      ['look', 'completed'],
      ['order', 'completed'],
      ['read', 'completed'],
    ]);
    expect(await plansOf(id)).toMatchObject([{ n: 1 }, { status: 'wanted' }, { status: 'declined' }]);
    await house.isWhole(id);
  }, 120_000);
});
