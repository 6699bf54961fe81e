import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../src/commands/cancel-task.ts';
import { liftGuard } from '../../src/commands/lift-guard.ts';
import { setAgentDuty } from '../../src/commands/set-agent-duty.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import type { Tx } from '../../src/db/record.ts';
import { isStep, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import type { Answer } from '../support/scripted-model-server/script.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
});

const desk = <Result>(work: (tx: Tx) => Promise<Result>) => house.db.inWorkspace(house.scope, work);

async function hire(capability: string, limits: Record<string, number> = {}): Promise<string> {
  const spec = AgentSpec.parse({
    name: capability,
    role: 'master_operator',
    capabilities: [{ name: capability, level: 3 }],
    tools: ['search_files', 'delegate'],
    limits,
  });
  return (await desk((tx) => insertAgent(tx, spec))).id;
}

const give = (goal: string, capability: string) =>
  house.give({ goal, requires: [{ name: capability, level: 1 }] });
const call = (name: string, given: unknown): Answer => ({ toolCalls: [{ name, arguments: given }] });
const lift = (taskId: string, guard?: 'turns' | 'time') =>
  desk((tx) => liftGuard(tx, house.caller, guard ? { taskId, guard } : { taskId }));
const eventsOf = (taskId: string) =>
  house.rows<{ type: string; data: { guard: string } }>(
    `SELECT type, data FROM events WHERE stream = $1 AND type LIKE 'guard.%' ORDER BY seq`,
    `task/${taskId}`,
  );

const duty = (agentId: string, on: boolean) =>
  desk((tx) => setAgentDuty(tx, house.caller, { agentId, duty: on ? 'resume' : 'pause' }));

async function trips(taskId: string, guard: string): Promise<Record<string, unknown>> {
  const task = await house.reaches('tasks', taskId, ['waiting', 'completed', 'failed']);
  expect(task).toMatchObject({
    status: 'waiting',
    waitingFor: 'person',
    holdsSlot: false,
    guardTripped: { guard },
  });
  return task;
}

/** Trips, is lifted, and completes; the record shows both. */
async function tripsAndGoesOn(taskId: string, guard: string): Promise<void> {
  await trips(taskId, guard);
  await lift(taskId);
  const task = await house.reaches('tasks', taskId, ['completed', 'failed']);
  expect(task).toMatchObject({ status: 'completed', guardTripped: null, guardsLifted: { [guard]: 1 } });
  const events = await eventsOf(taskId);
  expect(events.map(({ type, data }) => [type, data.guard])).toEqual([
    ['guard.tripped', guard],
    ['guard.lifted', guard],
  ]);
  await house.isWhole(taskId);
}

describe('a guard holds the task up, and a person lets it go on', () => {
  test('turns', async () => {
    await hire('endless', { maxTurns: 2 });
    let n = 0;
    house.answer((asked) => {
      if (!isStep('Turn and turn')(asked)) return null;
      n += 1;
      return n < 4 ? call('search_files', { query: `word ${n}` }) : { text: 'Done.' };
    });
    const id = await give('Turn and turn', 'endless');
    await tripsAndGoesOn(id, 'turns');
    expect(n).toBe(4);
  });

  test('the same action again and again', async () => {
    await hire('stubborn');
    let n = 0;
    house.answer((asked) => {
      if (!isStep('Search it')(asked)) return null;
      n += 1;
      return n <= 4 ? call('search_files', { query: 'nothing' }) : { text: 'There is nothing.' };
    });
    await tripsAndGoesOn(await give('Search it', 'stubborn'), 'same_action');
  });

  test('time, which stands still while the task waits', async () => {
    await hire('slow', { maxMinutes: 1 });
    const helper = await hire('helper');
    await duty(helper, false);
    house.answer((asked) => {
      if (isStep('Take your time')(asked))
        return asked.text.includes('Half past nine')
          ? { text: 'Done.' }
          : call('delegate', { goal: 'Read the clock.', agentId: helper });
      return isStep('Read the clock')(asked) ? { text: 'Half past nine' } : null;
    });
    const id = await give('Take your time', 'slow');
    await house.until(id, ({ waitingFor }) => waitingFor === 'children');
    const [task] = await house.rows<{ workUntil: Date | null; workLeftSeconds: number }>(
      'SELECT * FROM tasks WHERE id = $1',
      id,
    );
    expect(task?.workUntil).toBeNull();
    expect(task?.workLeftSeconds).toBeGreaterThan(0);
    await house.rows('UPDATE tasks SET work_left_seconds = 0 WHERE id = $1', id);
    await duty(helper, true);
    await house.until(id, ({ waitingFor }) => waitingFor === 'person');
    await tripsAndGoesOn(id, 'time');
  });

  test('delegation too deep', async () => {
    await hire('deep', { maxDepth: 0 });
    house.answer((asked) => {
      if (isStep('Give it on')(asked))
        return asked.text.includes('Seven.')
          ? { text: 'It is seven.' }
          : call('delegate', { goal: 'Count the days of a week.' });
      return isStep('Count the days')(asked) ? { text: 'Seven.' } : null;
    });
    await tripsAndGoesOn(await give('Give it on', 'deep'), 'depth');
  });

  test('too many tasks', async () => {
    await hire('wide', { maxChildren: 1 });
    house.answer((asked) => {
      if (isStep('Ask around')(asked))
        return asked.text.includes('Said.')
          ? { text: 'All said.' }
          : {
              toolCalls: ['north', 'south'].map((where) => ({
                name: 'delegate',
                arguments: { goal: `Ask in the ${where}.` },
              })),
            };
      return isStep('Ask in the')(asked) ? { text: 'Said.' } : null;
    });
    await tripsAndGoesOn(await give('Ask around', 'wide'), 'fan_out');
  });

  test('a child goal that repeats its parent’s', async () => {
    await hire('lazy');
    house.answer((asked) => {
      if (asked.text.includes('done by another')) return { text: 'Finished.' };
      if (asked.text.includes('Compare the offers of the three')) {
        const own = asked.text.includes('# Task\n\nCompare the offers');
        return own
          ? call('delegate', { goal: 'COMPARE the offers of the three suppliers!' })
          : { text: 'done by another' };
      }
      return asked.text.includes('COMPARE the offers') ? { text: 'done by another' } : null;
    });
    await tripsAndGoesOn(await give('Compare the offers of the three suppliers.', 'lazy'), 'same_goal');
  });
});

describe('a task that a guard holds up', () => {
  test('can be cancelled, and nothing but that guard can be lifted', async () => {
    await hire('held', { maxTurns: 1 });
    house.answer((asked) => (isStep('Stop here')(asked) ? call('search_files', { query: 'x' }) : null));
    const id = await give('Stop here', 'held');
    await trips(id, 'turns');
    await expect(lift(id, 'time')).rejects.toMatchObject({ code: 'wrong_state' });
    await desk((tx) => cancelTask(tx, house.caller, { taskId: id }));
    await house.reaches('tasks', id, ['cancelled']);
    await expect(lift(id)).rejects.toMatchObject({ code: 'wrong_state' });
  });
});

describe('delegation', () => {
  test('gives the result of the child as the answer of the call; the child stands below its parent', async () => {
    await hire('boss');
    house.answer((asked) => {
      if (isStep('Write the report')(asked))
        return asked.text.includes('42 percent')
          ? { text: 'Report: 42 percent.' }
          : call('delegate', { goal: 'Work out the share.', title: 'The share' });
      return isStep('Work out the share')(asked) ? { text: '42 percent' } : null;
    });
    const id = await give('Write the report', 'boss');
    const task = await house.reaches('tasks', id, ['completed', 'failed']);
    expect(task).toMatchObject({ status: 'completed', result: { markdown: 'Report: 42 percent.' } });
    const [child] = await house.rows('SELECT * FROM tasks WHERE parent_id = $1', id);
    expect(child).toMatchObject({ title: 'The share', depth: 1, rootId: id, status: 'completed' });
    await house.isWhole(id);
  });

  test('to nobody, or with files that are not there, is told to the model', async () => {
    await hire('hopeful');
    house.answer((asked) => {
      if (!isStep('Hope')(asked)) return null;
      if (asked.text.includes('no file')) return { text: 'I do it myself.' };
      return call('delegate', { goal: 'Read it.', files: ['missing.pdf'] });
    });
    const id = await give('Hope', 'hopeful');
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
    expect(await house.rows('SELECT 1 FROM tasks WHERE parent_id = $1', id)).toEqual([]);
  });
});
