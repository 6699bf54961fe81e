import { beforeAll, describe, expect, test } from '@jest/globals';
import { retryRun } from '../../../src/commands/retry-run.ts';
import { pauseTask } from '../../../src/commands/pause-task.ts';
import { cancelRun } from '../../../src/commands/cancel-run.ts';
import { presentRun } from '../../../src/api/runs/present-run.ts';
import { viewTask } from '../../../src/api/tasks/routes.ts';
import { viewTree } from '../../../src/api/tasks/view-tree.ts';
import { parseDefinition } from '../../../src/core/workflow/parse-definition.ts';
import { readRun, readRunParts } from '../../../src/db/run-reads.ts';
import { readTask } from '../../../src/db/task-reads.ts';
import { insertWorkflow } from '../../../src/db/workflow-store.ts';
import { agent, openRunDesk, type RunDesk, set } from './support.ts';
import { paid } from '../tasks/support.ts';

let desk: RunDesk;
beforeAll(async () => {
  desk = await openRunDesk();
}, 60_000);

const temporal = { namespace: 'default', uiUrl: 'http://127.0.0.1:8233' };
const view = (runId: string) =>
  desk.inside(async (tx) => {
    const row = await readRun(tx, runId);
    if (!row) throw new Error('no run');
    return presentRun(row, await readRunParts(tx, [row]), temporal);
  });
const save = (steps: object[]) =>
  desk.inside(async (tx) => {
    const { definition } = parseDefinition({ name: 'Inner', steps });
    if (!definition) throw new Error('no definition');
    return (await insertWorkflow(tx, { definition, origin: 'person' })).id;
  });
const nesting = (workflowId: string) => ({ id: 'nest', kind: 'workflow', with: { workflowId, inputs: {} } });
const stepOf = async (runId: string, key: string) => (await view(runId)).steps.find((s) => s.key === key);
const perCall = paid.microUsd / 1e6;
const cancelAndRetry = async (runId: string, from: string) => {
  await desk.inside((tx) => cancelRun(tx, desk.caller, { runId, reason: 'No.' }));
  await desk.stand(runId);
  await desk.inside((tx) => retryRun(tx, desk.caller, { runId, from }));
  await desk.stand(runId);
};

describe('the cost of a step that was tried again', () => {
  test('is shown for each attempt, on the run and on the task; the step’s is the sum', async () => {
    const id = await desk.begin({
      steps: [
        agent('read'),
        { id: 'agree', kind: 'approval', with: { title: 'Good?' }, dependsOn: ['read'] },
      ],
    });
    await desk.stand(id);
    await desk.work(id, 'read');
    await cancelAndRetry(id, 'read');
    await desk.work(id, 'read');
    const step = await stepOf(id, 'read');
    expect(step?.attempts).toMatchObject([
      { n: 1, status: 'completed', cost: { usd: perCall, calls: 1, inputTokens: 10 } },
      { n: 2, status: 'completed', cost: { usd: perCall, calls: 1 } },
    ]);
    expect(step?.cost).toMatchObject({ usd: 2 * perCall, calls: 2 });
    const task = await desk.inside((tx) => viewTask(tx, step?.taskId ?? '', temporal));
    expect(task.attempts.map(({ n, cost }) => [n, cost.usd])).toEqual([
      [1, perCall],
      [2, perCall],
    ]);
    expect(task.cost.usd).toBe(2 * perCall);
    expect((await stepOf(id, 'agree'))?.attempts).toEqual([]);
  });

  test('counts every run of a nested workflow', async () => {
    const nest = nesting(await save([agent('inner')]));
    const id = await desk.begin({ steps: [nest, set('end', { n: '1' }, { dependsOn: ['nest'] })] });
    const workInside = async () => {
      await desk.stand(id);
      const childId = (await desk.steps(id)).get('nest')?.childRunId ?? '';
      await desk.stand(childId);
      await desk.work(childId, 'inner');
      return childId;
    };
    const first = await workInside();
    await cancelAndRetry(id, 'nest');
    expect(await workInside()).not.toBe(first);
    await desk.stand(id);
    const step = await stepOf(id, 'nest');
    expect(step?.attempts).toMatchObject([
      { n: 1, status: 'completed', cost: { usd: perCall } },
      { n: 2, status: 'completed', cost: { usd: perCall } },
    ]);
    expect(step?.cost).toMatchObject({ usd: 2 * perCall, calls: 2 });
  });
});

describe('the tree of a goal whose plan runs other workflows', () => {
  test('has their steps of every kind, however deep, and what they cost', async () => {
    const deepest = await save([
      agent('inner'),
      set('sum'),
      { id: 'hold', kind: 'wait', with: { for: 'P1D' } },
    ]);
    const between = await save([nesting(deepest)]);
    // A plan with such a step has a Chief of Staff that watches it.
    const id = await desk.begin({
      steps: [nesting(between), agent('last', {}, { onError: 'replan', dependsOn: ['nest'] })],
    });
    const childOf = async (runId: string) => {
      await desk.stand(runId);
      return (await desk.steps(runId)).get('nest')?.childRunId ?? '';
    };
    const middle = await childOf(id);
    const inside = await childOf(middle);
    await desk.stand(inside);
    await desk.work(inside, 'inner');
    const goalId = (await desk.run(id)).taskId ?? '';
    await desk.look(goalId);
    const tree = await desk.inside(async (tx) => {
      const task = await readTask(tx, goalId);
      if (!task) throw new Error('no task');
      return viewTree(tx, task, temporal);
    });
    expect(
      tree.nested.map((run) => [
        run.id,
        run.steps.map(({ key, kind, status }) => `${key} ${kind} ${status}`),
      ]),
    ).toEqual([
      [middle, ['nest workflow in_progress']],
      [inside, ['inner agent completed', 'sum set completed', 'hold wait waiting']],
    ]);
    expect(tree.children.map(({ task }) => [task.stepKey, task.runId, task.parentId])).toEqual([
      ['inner', inside, goalId],
    ]);
    const held = { for: 'time', detail: expect.stringMatching(/^Until /) };
    expect([tree.task.held, tree.run?.held, ...tree.nested.map((run) => run.held)]).toMatchObject([
      held,
      held,
      held,
      held,
    ]);
    expect(tree.task.treeCost.usd).toBe(perCall);
    expect(tree.run?.cost.usd).toBe(perCall);
    expect(await desk.inside((tx) => viewTask(tx, goalId, temporal))).toMatchObject({
      treeCost: { usd: perCall },
      held,
    });
  });

  test('is held up by what a step far below asks, until that is answered or other work begins; paused at once', async () => {
    const inner = await save([agent('ask'), agent('other')]);
    const id = await desk.begin({
      steps: [nesting(inner), agent('last', {}, { onError: 'replan', dependsOn: ['nest'] })],
    });
    await desk.stand(id);
    const inside = (await desk.steps(id)).get('nest')?.childRunId ?? '';
    await desk.stand(inside);
    const taskOf = async (key: string) => (await desk.steps(inside)).get(key)?.taskId ?? '';
    const put = (key: string, part: string) =>
      taskOf(key).then((taskId) => desk.rows(`UPDATE tasks SET ${part} WHERE id = $1`, taskId));
    const goalId = (await desk.run(id)).taskId ?? '';
    await desk.look(goalId);
    const heldFor = async () => {
      const goal = await desk.inside((tx) => viewTask(tx, goalId, temporal));
      return [goal.held?.for, (await view(id)).held?.for, (await view(inside)).held?.for].map(String);
    };
    await put('other', `status = 'in_progress'`);
    const asks = `status = 'waiting', waiting_for = 'person', waiting_detail = 'Which port?', waiting_since = now()`;
    await put('ask', asks);
    expect(await heldFor()).toEqual(['undefined', 'undefined', 'undefined']);
    await put('other', `status = 'completed'`);
    expect(await heldFor()).toEqual(['person', 'person', 'person']);
    await desk.inside((tx) => pauseTask(tx, desk.caller, { taskId: goalId }));
    await put('ask', `status = 'in_progress'`);
    expect(await heldFor()).toEqual(['paused', 'paused', 'paused']);
  });
});
