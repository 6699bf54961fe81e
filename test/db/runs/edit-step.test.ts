import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelRun } from '../../../src/commands/cancel-run.ts';
import { editStep } from '../../../src/commands/edit-step.ts';
import { retryRun } from '../../../src/commands/retry-run.ts';
import { retryTask } from '../../../src/commands/retry-task.ts';
import type { StepChanges } from '../../../src/contracts/run.ts';
import { agent, openRunDesk, type RunDesk, set } from './support.ts';

let desk: RunDesk;
beforeAll(async () => {
  desk = await openRunDesk();
}, 60_000);

const edit = (runId: string, stepId: string, changes: StepChanges, ifMatch: string | null = null) =>
  desk.inside((tx) => editStep(tx, desk.caller, { runId, stepId, changes, ifMatch }));
const told = async (runId: string) =>
  (
    await desk.rows<{ type: string }>(
      'SELECT type FROM events WHERE stream = $1 ORDER BY seq',
      `run/${runId}`,
    )
  ).map(({ type }) => type);
const taskOf = async (runId: string, key: string) => {
  const taskId = (await desk.steps(runId)).get(key)?.taskId;
  const [task] = await desk.rows<Record<string, unknown>>('SELECT * FROM tasks WHERE id = $1', taskId);
  return task;
};

describe('a step that has not begun', () => {
  test('gets what a person changed: input, instructions and model; the workflow stays as it is', async () => {
    const id = await desk.begin({
      steps: [
        agent('first'),
        agent('second', { goal: 'Old ${{ steps.first.output.markdown }}' }, { dependsOn: ['first'] }),
      ],
    });
    await desk.stand(id);
    await edit(id, 'second', {
      with: { goal: 'New ${{ steps.first.output.markdown }}' },
      instructions: 'Be brief.',
      model: 'big',
    });
    expect(await told(id)).toContain('step.changed');
    await desk.work(id, 'first', 'it');
    expect(await taskOf(id, 'second')).toMatchObject({
      goal: 'New it',
      changes: { instructions: 'Be brief.', model: 'big' },
    });
    const { workflowId, workflowVersion } = await desk.run(id);
    const [pinned] = await desk.rows<{ goal: string }>(
      `SELECT definition->'steps'->1->'with'->>'goal' AS goal FROM workflow_versions WHERE workflow_id = $1 AND version = $2`,
      workflowId,
      workflowVersion,
    );
    expect(pinned?.goal).toContain('Old');
  });

  test('keeps what was changed in the form of a definition, however it was written', async () => {
    const id = await desk.begin({ steps: [agent('a'), agent('b', {}, { dependsOn: ['a'] })] });
    await desk.stand(id);
    await edit(id, 'b', { with: { requires: [{ capability: 'weaving' }], outputSchema: '' } });
    expect((await desk.steps(id)).get('b')?.changes).toEqual({
      with: { requires: [{ capability: 'weaving', level: 1 }], outputSchema: null },
    });
  });

  test('keeps an earlier change when another is made', async () => {
    const id = await desk.begin({ steps: [agent('a'), set('b', { n: '1', m: '2' }, { dependsOn: ['a'] })] });
    await desk.stand(id);
    await edit(id, 'b', { with: { values: { n: '10', m: '2' } } });
    await desk.work(id, 'a');
    expect(await desk.run(id)).toMatchObject({ output: { b: { n: 10, m: 2 } } });
  });

  test('is refused JSON text that nobody could walk', async () => {
    const id = await desk.begin({ steps: [agent('a'), agent('b', {}, { dependsOn: ['a'] })] });
    await desk.stand(id);
    const outputSchema = `${'{"items":'.repeat(20_000)}{}${'}'.repeat(20_000)}`;
    await expect(edit(id, 'b', { with: { outputSchema } })).rejects.toMatchObject({
      code: 'invalid_workflow',
      problems: [{ pointer: '/with', code: 'too_deep' }],
    });
  });

  test('is refused what could not be saved, each problem with its place', async () => {
    const id = await desk.begin({
      steps: [agent('a'), agent('b', {}, { dependsOn: ['a'] }), set('c', {}, { dependsOn: ['b'] })],
    });
    await desk.stand(id);
    await expect(
      edit(id, 'b', { with: { goal: '${{ steps.c.output.n }}', nonsense: 1 } }),
    ).rejects.toMatchObject({
      code: 'invalid_workflow',
      problems: expect.arrayContaining([
        expect.objectContaining({ pointer: '/with/goal' }),
        expect.objectContaining({ pointer: '/with/nonsense' }),
      ]),
    });
    await expect(edit(id, 'c', { model: 'big' })).rejects.toMatchObject({
      problems: [{ pointer: '/model', code: 'not_an_agent_step' }],
    });
    await expect(edit(id, 'b', { agentId: 'agt_none' })).rejects.toMatchObject({
      code: 'unknown_agent',
      problems: [{ pointer: '/agentId' }],
    });
    expect((await desk.steps(id)).get('b')?.changes).toBeNull();
  });
});

describe('a step that stands still', () => {
  test('waits anew for the time that a person gave', async () => {
    const id = await desk.begin({ steps: [{ id: 'wait', kind: 'wait', with: { for: 'P1D' } }] });
    await desk.stand(id);
    await edit(id, 'wait', { with: { for: 'P2D' } });
    await desk.stand(id);
    expect((await desk.steps(id)).get('wait')).toMatchObject({
      status: 'waiting',
      attempts: 2,
      waitUntil: new Date(desk.asker.now + 2 * 86_400_000),
    });
  });

  test('asks a person anew; what was asked before is expired', async () => {
    const id = await desk.begin({
      steps: [{ id: 'ask', kind: 'approval', with: { title: 'Send 10 letters?' } }],
    });
    await desk.stand(id);
    await edit(id, 'ask', { with: { title: 'Send 8 letters?' } });
    await desk.stand(id);
    const asked = await desk.rows<{ title: string; status: string }>(
      'SELECT title, status FROM approvals WHERE run_id = $1 ORDER BY id',
      id,
    );
    expect(asked).toEqual([
      { title: 'Send 10 letters?', status: 'expired' },
      { title: 'Send 8 letters?', status: 'requested' },
    ]);
  });
});

describe('an item of a forEach that has begun', () => {
  const each = (given: object, more: object = {}) => ({
    ...given,
    forEach: { items: ['ann', 'bob', 'cy'], maxParallel: 1, ...more },
  });

  test('gets what a person changed before it begins; the others stay as the workflow says', async () => {
    const first = set('who', { name: '"dora"' });
    const write = agent('write', { goal: 'To ${{ item }}.' }, { dependsOn: ['who'] });
    const id = await desk.begin({ steps: [first, each(write)] });
    await desk.stand(id);
    expect((await desk.steps(id)).get('write')).toMatchObject({ status: 'in_progress', items: 3 });
    await edit(id, 'write[1]', { with: { goal: 'To ${{ item }} and ${{ steps.who.output.name }}.' } });
    await edit(id, 'write[2]', { instructions: 'Be brief.' });
    for (const key of ['write[0]', 'write[1]', 'write[2]']) {
      await desk.stand(id);
      await desk.work(id, key);
    }
    const told = async (key: string) => {
      const task = await taskOf(id, key);
      return [task?.goal, task?.changes];
    };
    expect(await told('write[0]')).toEqual(['To ann.', null]);
    expect(await told('write[1]')).toEqual(['To bob and dora.', null]);
    expect(await told('write[2]')).toEqual(['To cy.', { instructions: 'Be brief.' }]);
    expect(await desk.run(id)).toMatchObject({ status: 'completed' });
  });

  test('that asks a person asks anew, and only this one', async () => {
    const ask = { id: 'ask', kind: 'approval', with: { title: 'Write to ${{ item }}?' } };
    const id = await desk.begin({ steps: [each(ask, { maxParallel: 2 })] });
    await desk.stand(id);
    await edit(id, 'ask[1]', { with: { title: 'Call ${{ item }}?' } });
    await desk.stand(id);
    const asked = await desk.rows<{ title: string; status: string }>(
      'SELECT title, status FROM approvals WHERE run_id = $1 ORDER BY id',
      id,
    );
    expect(asked).toEqual([
      { title: 'Write to ann?', status: 'requested' },
      { title: 'Write to bob?', status: 'expired' },
      { title: 'Call bob?', status: 'requested' },
    ]);
  });

  test('whose task still waits for its first agent is given another goal', async () => {
    const work = agent('work', { requires: [{ capability: 'flying', level: 1 }] });
    const id = await desk.begin({ steps: [each(work)] });
    await desk.stand(id);
    await edit(id, 'work[0]', { goal: 'Fly.' });
    expect(await taskOf(id, 'work[0]')).toMatchObject({ goal: 'Fly.' });
  });

  test('is refused what its step would be refused, and where there is no such item', async () => {
    const id = await desk.begin({
      steps: [each(agent('a')), each(agent('b', {}, { dependsOn: ['a'] }))],
    });
    await desk.stand(id);
    await expect(edit(id, 'a[1]', { with: { goal: '${{ steps.b.output }}' } })).rejects.toMatchObject({
      problems: [{ pointer: '/with/goal', code: 'not_an_ancestor' }],
    });
    for (const key of ['a[3]', 'a[01]', 'b[0]', 'c[0]'])
      await expect(edit(id, key, { goal: 'x' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(edit(id, 'a', { goal: 'x' })).rejects.toMatchObject({
      code: 'wrong_state',
      message: expect.stringContaining('a[0]'),
    });
    expect([...(await desk.steps(id)).keys()]).toEqual(['a', 'a[0]', 'b']);
  });

  test('loses its change when what its list is made of is done again', async () => {
    const list = agent('list');
    const work = {
      ...agent('work', {}, { dependsOn: ['list'] }),
      forEach: { items: '["x", "y"]', maxParallel: 1 },
    };
    const id = await desk.begin({ steps: [list, work] });
    await desk.stand(id);
    await desk.work(id, 'list');
    await edit(id, 'work[1]', { with: { goal: 'Otherwise.' } });
    await desk.inside((tx) => cancelRun(tx, desk.caller, { runId: id }));
    await desk.look((await desk.steps(id)).get('work[0]')?.taskId ?? '');
    await desk.stand(id);
    await desk.inside((tx) => retryRun(tx, desk.caller, { runId: id, from: 'work' }));
    expect((await desk.steps(id)).get('work[1]')?.changes).toEqual({ with: { goal: 'Otherwise.' } });
    await desk.inside((tx) => cancelRun(tx, desk.caller, { runId: id }));
    await desk.stand(id);
    await desk.inside((tx) => retryRun(tx, desk.caller, { runId: id, from: 'list' }));
    expect((await desk.steps(id)).get('work[1]')?.changes).toBeNull();
  });
});

describe('a step whose task waits for somebody able', () => {
  test('is given to others when less is needed; what its goal is made of stays', async () => {
    const id = await desk.begin({
      steps: [agent('fly', { requires: [{ capability: 'flying', level: 2 }], tools: ['telescope'] })],
    });
    await desk.stand(id);
    const before = await taskOf(id, 'fly');
    await desk.look(String(before?.id));
    expect(await taskOf(id, 'fly')).toMatchObject({ status: 'waiting', waitingFor: 'capacity' });
    await edit(id, 'fly', { with: { requires: [{ capability: 'weaving' }], tools: [] } });
    expect(await taskOf(id, 'fly')).toMatchObject({ requires: [{ name: 'weaving', level: 1 }], tools: [] });
    await expect(edit(id, 'fly', { with: { goal: 'Swim.' } })).rejects.toMatchObject({ code: 'wrong_state' });
    await desk.look(String(before?.id));
    expect(await taskOf(id, 'fly')).toMatchObject({ goal: before?.goal, attempt: 1, holdsSlot: true });
  });
});

describe('a step cannot be changed', () => {
  test('when somebody else was quicker', async () => {
    const id = await desk.begin({ steps: [{ id: 'wait', kind: 'wait', with: { for: 'P1D' } }] });
    await desk.stand(id);
    const { version } = await desk.run(id);
    await edit(id, 'wait', { with: { for: 'P2D' } }, String(version));
    await expect(edit(id, 'wait', { with: { for: 'P3D' } }, String(version))).rejects.toMatchObject({
      code: 'precondition_failed',
    });
  });

  test('that is at work, has ended, is not there, or whose run has ended or is being cancelled', async () => {
    const id = await desk.begin({ steps: [set('s'), agent('a'), agent('b', {}, { dependsOn: ['a'] })] });
    await desk.stand(id);
    await desk.look((await desk.steps(id)).get('a')?.taskId ?? '');
    for (const key of ['a', 's'])
      await expect(
        edit(id, key, key === 'a' ? { goal: 'x' } : { with: { values: { n: '2' } } }),
      ).rejects.toMatchObject({
        code: 'wrong_state',
      });
    await expect(edit(id, 'none', { goal: 'x' })).rejects.toMatchObject({ code: 'not_found' });
    await desk.inside((tx) => cancelRun(tx, desk.caller, { runId: id }));
    await expect(edit(id, 'b', { goal: 'x' })).rejects.toMatchObject({ code: 'wrong_state' });
    const ended = await desk.begin({ steps: [set('s')] });
    await desk.stand(ended);
    await expect(edit(ended, 's', { with: { values: { n: '2' } } })).rejects.toMatchObject({
      code: 'wrong_state',
    });
  });
});

describe('a retry', () => {
  test('may change input, instructions, agent and model of its step; attempts and their costs stay', async () => {
    const other = await desk.hire('weaving', 10);
    const id = await desk.begin({ steps: [agent('a')] });
    await desk.stand(id);
    const taskId = (await desk.steps(id)).get('a')?.taskId;
    await desk.look(taskId ?? '');
    await desk.inside((tx) => cancelRun(tx, desk.caller, { runId: id }));
    await desk.look(taskId ?? '');
    await desk.stand(id);
    const changes = {
      with: { goal: 'Do it otherwise.' },
      instructions: 'Be brief.',
      agentId: other,
      model: 'big',
    };
    await desk.inside((tx) => retryRun(tx, desk.caller, { runId: id, from: 'a', changes }));
    await desk.stand(id);
    await desk.work(id, 'a');
    expect(await taskOf(id, 'a')).toMatchObject({
      id: taskId,
      goal: 'Do it otherwise.',
      agentId: other,
      attempt: 2,
    });
    const calls = await desk.rows<{ model: string; attempt: number }>(
      'SELECT model, attempt FROM ledger WHERE task_id = $1',
      taskId,
    );
    expect(calls).toEqual([{ model: 'big', attempt: 2 }]);
  });

  test('with changes that could not be saved is refused, and changes nothing', async () => {
    const id = await desk.begin({ steps: [agent('a')] });
    await desk.inside((tx) => cancelRun(tx, desk.caller, { runId: id }));
    await desk.stand(id);
    const retry = desk.inside((tx) =>
      retryRun(tx, desk.caller, {
        runId: id,
        from: 'a',
        changes: { with: { goal: '${{ steps.none.output }}' } },
      }),
    );
    await expect(retry).rejects.toMatchObject({ problems: [{ pointer: '/changes/with/goal' }] });
    expect(await desk.run(id)).toMatchObject({ status: 'cancelled' });
  });

  test('of one item of a forEach, or of its task, does no other item again, and may change this one', async () => {
    const forEach = { items: '[1, 2, 3]', as: 'n', maxParallel: 3 };
    const id = await desk.begin({ steps: [agent('each', { goal: 'Do ${{ n }}.' }, { forEach })] });
    const attempts = async () => [...(await desk.steps(id)).values()].map((step) => step.attempts);
    const stop = async () => {
      await desk.inside((tx) => cancelRun(tx, desk.caller, { runId: id }));
      await desk.look(String((await taskOf(id, 'each[1]'))?.id));
      await desk.stand(id);
    };
    await desk.stand(id);
    for (const key of ['each[0]', 'each[2]']) await desk.work(id, key);
    await stop();
    const taskId = String((await taskOf(id, 'each[1]'))?.id);
    await desk.inside((tx) => retryTask(tx, desk.caller, { taskId }));
    await desk.stand(id);
    expect(await attempts()).toEqual([0, 1, 2, 1]);
    await stop();
    const retry = { runId: id, from: 'each[1]', changes: { with: { goal: 'Do it well: ${{ n }}.' } } };
    await desk.inside((tx) => retryRun(tx, desk.caller, retry));
    await desk.stand(id);
    expect([await attempts(), (await taskOf(id, 'each[1]'))?.goal]).toEqual([[0, 1, 3, 1], 'Do it well: 2.']);
    await desk.work(id, 'each[1]');
    expect(await desk.run(id)).toMatchObject({ status: 'completed' });
    const nobody = desk.inside((tx) => retryRun(tx, desk.caller, { runId: id, from: 'each[9]' }));
    await expect(nobody).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('keeps what was changed in its step before', async () => {
    const id = await desk.begin({ steps: [agent('a'), agent('b', {}, { dependsOn: ['a'] })] });
    await desk.stand(id);
    const skilled = [{ capability: 'weaving', level: 2 }];
    await edit(id, 'b', { with: { requires: skilled }, instructions: 'Be brief.' });
    await desk.inside((tx) => cancelRun(tx, desk.caller, { runId: id }));
    await desk.look(String((await taskOf(id, 'a'))?.id));
    await desk.stand(id);
    const changes = { with: { goal: 'Do it otherwise.' } };
    await desk.inside((tx) => retryRun(tx, desk.caller, { runId: id, from: 'b', changes }));
    expect((await desk.steps(id)).get('b')?.changes).toEqual({
      with: { requires: skilled, goal: 'Do it otherwise.' },
      instructions: 'Be brief.',
    });
  });
});
