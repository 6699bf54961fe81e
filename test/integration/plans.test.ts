import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { acceptPlan } from '../../src/commands/accept-plan.ts';
import { rejectPlan } from '../../src/commands/reject-plan.ts';
import { sendMessage } from '../../src/commands/send-message.ts';
import { SendMessage } from '../../src/contracts/message.ts';
import type { Tx } from '../../src/db/record.ts';
import { isPlan, isStep, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import type { ServedCall } from '../support/scripted-model-server/script.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse({ stallMs: 6000 });
});

/** Agents that fail in test after test would get no work but probes. */
beforeEach(async () => {
  await house.rows('UPDATE agents SET failing_streak = 0, failing_since = NULL, probe_at = NULL, probes = 0');
  await house.rows(`UPDATE agent_capabilities SET probe_at = NULL, duty = 'on'`);
});

const step = (id: string, goal: string, more: Record<string, unknown> = {}) => ({
  id,
  kind: 'agent',
  title: goal,
  dependsOn: [],
  with: { goal, requires: [] },
  ...more,
});
const plan = (name: string, steps: unknown[]) => ({ json: { name, steps } });
const isReplan = (call: ServedCall) => isPlan(call) && call.text.includes('# The plan needs a new rest');
const isJudge = (call: ServedCall) => 'verdict' in ((call.outputSchema?.schema.properties ?? {}) as object);
const isWriting = (call: ServedCall) => !isJudge(call) && call.text.includes('The plan was carried out.');
const refused = { fault: { kind: 'status', status: 400 } } as const;
const desk = (work: (tx: Tx) => Promise<unknown>) => house.db.inWorkspace(house.scope, work);
const plansOf = (taskId: string) =>
  house.rows<{
    n: number;
    kind: string;
    status: string;
    workflowVersion: number;
    note: string | null;
    changes: unknown;
  }>(
    'SELECT n, kind, status, workflow_version, note, changes FROM plans WHERE task_id = $1 ORDER BY n',
    taskId,
  );
const stepsOf = (taskId: string) =>
  house.rows<{ key: string; status: string; output: unknown; attempts: number; taskId: string }>(
    'SELECT s.key, s.status, s.output, s.attempts, s.task_id FROM steps s JOIN tasks t ON t.plan_run_id = s.run_id WHERE t.id = $1 ORDER BY s.key',
    taskId,
  );
const eventsOf = (taskId: string, type: string) =>
  house.rows<{ data: Record<string, unknown>; actor: string }>(
    'SELECT data, actor FROM events WHERE stream = $1 AND type = $2 ORDER BY seq',
    `task/${taskId}`,
    type,
  );

describe('a plan that a person must accept', () => {
  test('waits, is written again when it is rejected, and runs as the person edited it; every version is kept', async () => {
    house.answer((call) => {
      if (!isPlan(call)) return null;
      return call.text.includes('Too expensive.')
        ? plan('Cheap', [step('look', 'Look it up')])
        : plan('Dear', [step('all', 'Ask everybody')]);
    });
    const id = await house.give({ goal: 'Find a supplier.', planAcceptance: 'person' });
    const waiting = await house.reaches('tasks', id, ['waiting', 'failed']);
    expect(waiting).toMatchObject({ waitingFor: 'approval', planRunId: null, holdsSlot: false });
    expect(waiting.waitingDetail).toContain('Dear');

    await desk((tx) => rejectPlan(tx, house.caller, { taskId: id, reason: 'Too expensive.' }));
    await house.until(id, ({ waitingDetail }) => String(waitingDetail).includes('Cheap'));
    const edited = {
      name: 'Cheap, checked',
      steps: [step('look', 'Look it up'), step('check', 'Check it', { dependsOn: ['look'] })],
    };
    await desk((tx) =>
      acceptPlan(tx, house.caller, {
        taskId: id,
        definition: edited,
        note: 'Check it.',
        toolsOf: async () => [],
      }),
    );
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({
      status: 'completed',
      planOrigin: 'model',
    });
    expect((await stepsOf(id)).map(({ key, status }) => [key, status])).toEqual([
      ['check', 'completed'],
      ['look', 'completed'],
    ]);
    expect(await plansOf(id)).toMatchObject([
      { n: 1, status: 'rejected', workflowVersion: 1, note: 'Too expensive.' },
      { n: 2, status: 'accepted', workflowVersion: 3, note: 'Check it.' },
    ]);
    const versions = await house.rows<{ name: string }>(
      `SELECT v.definition->>'name' AS name FROM workflow_versions v JOIN workflows w ON w.id = v.workflow_id WHERE w.task_id = $1 ORDER BY v.version`,
      id,
    );
    expect(versions.map(({ name }) => name)).toEqual(['Dear', 'Cheap', 'Cheap, checked']);
    expect(await eventsOf(id, 'plan.accepted')).toMatchObject([
      { data: { n: 2, edited: true }, actor: house.caller.principalId },
    ]);
    await house.isWhole(id);
  });
});

describe('a step that fails and may be planned anew', () => {
  test('gets a new rest of the plan; what has completed is kept, and the difference is shown', async () => {
    house.answer((call) => {
      if (isReplan(call))
        return plan('Another way', [step('guess', 'Estimate the price', { dependsOn: ['read'] })]);
      if (isPlan(call))
        return plan('One way', [
          step('read', 'Read the offer'),
          step('ask', 'Ask for the price', { dependsOn: ['read'], onError: 'replan' }),
          step('tell', 'Tell the price', { dependsOn: ['ask'] }),
        ]);
      return isStep('Ask for the price')(call) ? refused : null;
    });
    const id = await house.give({ goal: 'What does it cost?' });
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
    const steps = await stepsOf(id);
    expect(steps.map(({ key, status, attempts }) => [key, status, attempts])).toEqual([
      ['guess', 'completed', 1],
      ['read', 'completed', 1],
    ]);
    const changes = { added: ['guess'], removed: ['ask', 'tell'], kept: ['read'] };
    expect(await eventsOf(id, 'plan.revised')).toMatchObject([{ data: { n: 2, ...changes } }]);
    expect(await plansOf(id)).toMatchObject([
      { n: 1, kind: 'first', status: 'accepted' },
      { n: 2, kind: 'revision', status: 'accepted', changes },
    ]);
    const read = await house.rows('SELECT 1 FROM tasks WHERE parent_id = $1 AND step_key = $2', id, 'read');
    expect(read).toHaveLength(1);
    await house.isWhole(id);
  });

  test('fails the goal with a reason when the new plans are used up', async () => {
    house.answer((call) => {
      if (isPlan(call)) return plan('Again', [step('ask', 'Ask once more', { onError: 'replan' })]);
      return isStep('Ask once more')(call) ? refused : null;
    });
    const id = await house.give({ goal: 'Never ends.' });
    const task = await house.reaches('tasks', id, ['completed', 'failed'], 90_000);
    expect(task).toMatchObject({ status: 'failed', error: { code: 'replan_limit' } });
    expect(await eventsOf(id, 'plan.revised')).toHaveLength(3);
    await house.isWhole(id);
  });

  test('fails as it did when there is no new plan that makes sense', async () => {
    house.answer((call) => {
      if (isReplan(call)) return { text: 'I would rather not.' };
      if (isPlan(call)) return plan('One way', [step('ask', 'Ask nobody', { onError: 'replan' })]);
      return isStep('Ask nobody')(call) ? refused : null;
    });
    const id = await house.give({ goal: 'No way.' });
    const task = await house.reaches('tasks', id, ['completed', 'failed']);
    expect(task).toMatchObject({
      status: 'failed',
      error: { code: 'replan_limit', message: expect.stringContaining('No valid new plan') },
    });
    await house.isWhole(id);
  });
});

describe('the result', () => {
  const good = { json: { verdict: 'ok', corrections: [] } };
  const onePlan = plan('One step', [step('sum', 'Add it up')]);

  test('is judged once, and a step that is found wrong is done again as a new attempt', async () => {
    house.answer((call) => {
      if (isPlan(call)) return onePlan;
      if (isJudge(call))
        return { json: { verdict: 'correct', corrections: [{ step: 'sum', note: 'The tax is missing.' }] } };
      if (isWriting(call))
        return { text: call.text.includes('The tax is missing.') ? 'With tax.' : 'Without tax.' };
      return isStep('Add it up')(call)
        ? { text: call.text.includes('The tax is missing.') ? '119' : '100' }
        : null;
    });
    const id = await house.give({ goal: 'What is the sum?' });
    const task = await house.reaches('tasks', id, ['completed', 'failed']);
    expect(task).toMatchObject({ status: 'completed', result: { markdown: 'With tax.' } });
    const [sum] = await stepsOf(id);
    expect(sum).toMatchObject({ key: 'sum', status: 'completed', attempts: 2, output: { markdown: '119' } });
    expect(await house.rows('SELECT n FROM attempts WHERE task_id = $1', sum?.taskId)).toHaveLength(2);
    expect(
      await house.rows(`SELECT 1 FROM effects WHERE task_id = $1 AND purpose = 'judge'`, id),
    ).toHaveLength(1);
    await house.isWhole(id);
  });

  test('that is only written badly is written again', async () => {
    house.answer((call) => {
      if (isPlan(call)) return onePlan;
      if (isJudge(call))
        return { json: { verdict: 'correct', corrections: [{ step: '', note: 'Name the source.' }] } };
      if (isWriting(call))
        return { text: call.text.includes('Name the source.') ? '100 (offer, page 2)' : '100' };
      return null;
    });
    const id = await house.give({ goal: 'What is the sum, and where does it stand?' });
    const task = await house.reaches('tasks', id, ['completed', 'failed']);
    expect(task).toMatchObject({ status: 'completed', result: { markdown: '100 (offer, page 2)' } });
    expect((await stepsOf(id))[0]).toMatchObject({ attempts: 1 });
  });

  test.each([
    ['nonsense', { text: '{"verdict": "correct", "corrections": 7}' }],
    ['a failure', refused],
    ['good', good],
  ])('stands as it is when the judge answers with %s', async (_, answer) => {
    house.answer((call) => {
      if (isPlan(call)) return onePlan;
      if (isJudge(call)) return answer;
      return isWriting(call) ? { text: 'As it is.' } : null;
    });
    const id = await house.give({ goal: 'Judge me.' });
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({
      result: { markdown: 'As it is.' },
    });
    await house.isWhole(id);
  });
});

describe('a run that a person started', () => {
  test('gets a Chief of Staff when its steps may be planned anew, and the saved workflow stays as it is', async () => {
    house.answer((call) => {
      if (isReplan(call)) return plan('Another way', [step('phone', 'Phone them')]);
      return isStep('Write to them')(call) ? refused : null;
    });
    const definition = {
      name: 'Reach them',
      description: 'Reach the supplier.',
      steps: [step('mail', 'Write to them', { onError: 'replan' })],
    };
    const runId = await house.run(definition);
    expect(await house.reaches('runs', runId, ['completed', 'failed'])).toMatchObject({
      status: 'completed',
    });
    const [run] = await house.rows<{ taskId: string; workflowId: string }>(
      'SELECT task_id, workflow_id FROM runs WHERE id = $1',
      runId,
    );
    const task = await house.reaches('tasks', run?.taskId ?? '', ['completed', 'failed']);
    expect(task).toMatchObject({ status: 'completed', planOrigin: 'person', goal: 'Reach the supplier.' });
    expect((await stepsOf(run?.taskId ?? '')).map(({ key }) => key)).toEqual(['phone']);
    const saved = await house.rows(
      `SELECT version FROM workflows WHERE name = 'Reach them' AND task_id IS NULL`,
    );
    expect(saved).toEqual([{ version: 1 }]);
    await house.isWhole(run?.taskId ?? '');
  });
});

describe('while a new plan is written', () => {
  test('what is at work ends and is kept, and nothing new begins', async () => {
    house.answer((call) => {
      if (isReplan(call)) return plan('Rest', [step('end', 'Put it together', { dependsOn: ['long'] })]);
      if (isPlan(call))
        return plan('Two branches', [
          step('long', 'Work for long'),
          step('next', 'Work on after it', { dependsOn: ['long'] }),
          step('short', 'Fail at once', { onError: 'replan' }),
        ]);
      return isStep('Fail at once')(call) ? refused : null;
    });
    const long = house.hold(isStep('Work for long'));
    const id = await house.give({ goal: 'Two branches.' });
    await long;
    expect(await house.reaches('tasks', id, ['completed', 'failed'], 90_000)).toMatchObject({
      status: 'completed',
    });
    expect((await stepsOf(id)).map(({ key, status }) => [key, status])).toEqual([
      ['end', 'completed'],
      ['long', 'completed'],
    ]);
    expect(await eventsOf(id, 'plan.revised')).toMatchObject([
      { data: { kept: ['long'], added: ['end'], removed: ['next', 'short'] } },
    ]);
    await house.isWhole(id);
  });
});

describe('a model that writes nonsense for a plan', () => {
  test.each([
    ['nothing', { text: '' }],
    ['no JSON', { text: 'First we read, then we write.' }],
    ['a list', { json: [1, 2, 3] }],
    ['a ring', plan('Ring', [step('a', 'A', { dependsOn: ['b'] }), step('b', 'B', { dependsOn: ['a'] })])],
    ['text that cannot be stored', plan('A\u0000B\ud800', [step('a', 'A')])],
    ['brackets without end', { text: '['.repeat(5000) }],
    [
      'somebody else’s files',
      plan('Files', [step('a', 'A', { with: { goal: 'A', requires: [], files: ['fil_x'] } })]),
    ],
  ])('%s: three tries and a typed failure, with everything in order', async (_, answer) => {
    house.answer((call) => (isPlan(call) ? answer : null));
    const id = await house.give({ goal: 'Nonsense.' });
    const task = await house.reaches('tasks', id, ['completed', 'failed']);
    expect(task).toMatchObject({ status: 'failed', error: { code: 'invalid_workflow' } });
    await house.isWhole(id);
  });
});

describe('a question before the plan', () => {
  test('goes to a person, and the plan is written with the answer', async () => {
    const [chief] = await house.rows<{ id: string; spec: { tools: string[] } }>(
      `SELECT id, spec FROM agents WHERE role = 'chief_of_staff'`,
    );
    for (const table of ['agents', 'agent_revisions'])
      await house.rows(
        `UPDATE ${table} SET spec = jsonb_set(spec, '{tools}', '["ask_person"]') WHERE ${table === 'agents' ? 'id' : 'agent_id'} = $1`,
        chief?.id,
      );
    house.answer((call) => {
      if (!isPlan(call)) return null;
      if (call.text.includes('For 2031.')) return plan('For 2031', [step('plan', 'Plan the year')]);
      return { toolCalls: [{ name: 'ask_person', arguments: { question: 'For which year?' } }] };
    });
    const id = await house.give({ goal: 'Plan the year.' });
    await house.until(id, ({ waitingFor }) => waitingFor === 'person');
    const [question] = await house.rows<{ id: string }>(
      `SELECT id FROM messages WHERE from_task_id = $1`,
      id,
    );
    const answer = SendMessage.parse({ replyTo: question?.id, content: { text: 'For 2031.' } });
    await desk((tx) => sendMessage(tx, house.caller, answer as never));
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
    const [run] = await house.rows(`SELECT name FROM runs WHERE task_id = $1`, id);
    expect(run).toEqual({ name: 'For 2031' });
    await house.isWhole(id);
  });
});
