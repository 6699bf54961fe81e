import { beforeAll, describe, expect, test } from '@jest/globals';
import { archiveWorkflow } from '../../../src/db/workflow-store.ts';
import { cancelRun } from '../../../src/commands/cancel-run.ts';
import { cancelTask } from '../../../src/commands/cancel-task.ts';
import { pauseRun } from '../../../src/commands/pause-run.ts';
import { pauseTask } from '../../../src/commands/pause-task.ts';
import { resumeRun } from '../../../src/commands/resume-run.ts';
import { retryRun } from '../../../src/commands/retry-run.ts';
import { startRun } from '../../../src/commands/start-run.ts';
import { insertTask } from '../../../src/db/task-store.ts';
import { insertRun } from '../../../src/db/run-store.ts';
import { newId } from '../../../src/db/new-id.ts';
import { parseDefinition } from '../../../src/core/workflow/parse-definition.ts';
import type { WorkflowDefinition } from '../../../src/contracts/workflow.ts';
import { failByDispatch } from '../../../src/db/standing/operations.ts';
import { insertWorkflow } from '../../../src/db/workflow-store.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type Desk, openDesk } from './support.ts';

const two = parseDefinition({
  name: 'Two at once',
  steps: ['a', 'b'].map((id) => ({
    id,
    kind: 'agent',
    with: { goal: `Do ${id}.`, requires: [{ capability: 'weaving', level: 1 }] },
  })),
}).definition as WorkflowDefinition;

describe('a tree of tasks and runs', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await openDesk(18);
    await desk.hire('weaving', 100);
  }, 60_000);

  const saved = () => desk.inside((tx) => insertWorkflow(tx, { definition: two, origin: 'person' }));

  const goalOf = (id: string) =>
    ({
      id,
      rootId: id,
      role: 'chief_of_staff',
      title: 'Goal',
      goal: 'Goal',
      status: 'pending',
      priority: 1,
      depth: 0,
      actor: 'test',
    }) as const;
  const planOf = (taskId: string, workflowId: string) => ({
    workflowId,
    version: 1,
    definition: two,
    inputs: {},
    task: { id: taskId, rootId: taskId, priority: 1, depth: 0 },
    actor: 'test',
  });

  /** A Chief of Staff's task whose plan is being carried out: two tasks at work. */
  async function planned(): Promise<{ taskId: string; runId: string }> {
    const { id: workflowId } = await saved();
    const taskId = newId('task');
    const runId = await desk.inside(async (tx) => {
      await insertTask(tx, goalOf(taskId));
      const run = await insertRun(tx, planOf(taskId, workflowId));
      await tx.sql('UPDATE tasks SET plan_run_id = $2, plan_origin = $3 WHERE id = $1', [
        taskId,
        run,
        'model',
      ]);
      return run;
    });
    await desk.tasks.standRun(desk.asker, runId);
    return { taskId, runId };
  }

  const statuses = async (table: string, column: string, id: string) =>
    (
      await desk.rows<{ status: string }>(
        `SELECT status FROM ${table} WHERE ${column} = $1 ORDER BY status`,
        id,
      )
    ).map((row) => row.status);
  const lookAll = async (runId: string, taskId: string) => {
    for (const { id } of await desk.rows<{ id: string }>('SELECT id FROM tasks WHERE run_id = $1', runId))
      await desk.look(id);
    await desk.tasks.standRun(desk.asker, runId);
    await desk.look(taskId);
  };

  test('a cancel reaches everything below, once, and wakes each of them', async () => {
    const { taskId, runId } = await planned();
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId, reason: 'Enough.' }));
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId, reason: 'Again.' }));
    const asked = await desk.rows<{ reason: string }>(
      'SELECT cancel_reason AS reason FROM tasks WHERE root_id = $1 UNION ALL SELECT cancel_reason FROM runs WHERE id = $2',
      taskId,
      runId,
    );
    expect(asked).toEqual(Array(4).fill({ reason: 'Enough.' }));
    await lookAll(runId, taskId);
    expect(await statuses('tasks', 'root_id', taskId)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(await statuses('runs', 'id', runId)).toEqual(['cancelled']);
    expect(await statuses('steps', 'run_id', runId)).toEqual(['cancelled', 'cancelled']);
  });

  const waitsForLock = () =>
    waitFor(
      async () =>
        (
          await desk.rows(
            `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          )
        ).length > 0,
      { what: 'somebody to wait for the lock' },
    );

  test.each([
    ['cancel', cancelTask, 'cancel_requested_at'],
    ['pause', pauseTask, 'paused_at'],
  ])(
    'a %s that meets a plan which is just being started reaches that plan too',
    async (_name, control, mark) => {
      const { id: workflowId } = await saved();
      const taskId = newId('task');
      await desk.inside((tx) => insertTask(tx, goalOf(taskId)));
      let done: Promise<unknown> = Promise.resolve();
      const runId = await desk.inside(async (tx) => {
        await tx.sql('SELECT 1 FROM tasks WHERE id = $1 FOR UPDATE', [taskId]);
        done = desk.inside((other) => control(other, desk.caller, { taskId }));
        await waitsForLock();
        return insertRun(tx, planOf(taskId, workflowId));
      });
      await done;
      const [run] = await desk.rows<{ reached: boolean }>(
        `SELECT ${mark} IS NOT NULL AS reached FROM runs WHERE id = $1`,
        runId,
      );
      expect(run?.reached).toBe(true);
    },
  );

  test.each([
    ['cancelled', cancelRun],
    ['paused', pauseRun],
  ])(
    'what ends while somebody waits to have it %s is refused to them, and nothing is changed',
    async (_name, control) => {
      const { id: workflowId } = await saved();
      const { id: runId } = await desk.inside((tx) => startRun(tx, desk.caller, { workflowId, inputs: {} }));
      let refused: Promise<unknown> = Promise.resolve();
      await desk.inside(async (tx) => {
        await tx.sql(`UPDATE runs SET status = 'completed' WHERE id = $1`, [runId]);
        const late = desk.inside((other) => control(other, desk.caller, { runId }));
        refused = expect(late).rejects.toMatchObject({ code: 'wrong_state' });
        await waitsForLock();
      });
      await refused;
      expect(await desk.rows('SELECT type FROM events WHERE stream = $1', `run/${runId}`)).toEqual([]);
    },
  );

  test('a run that has ended is not tried again while the goal above it is still being cancelled', async () => {
    const { taskId, runId } = await planned();
    await desk.inside((tx) => cancelTask(tx, desk.caller, { taskId }));
    const children = await desk.rows<{ id: string }>('SELECT id FROM tasks WHERE run_id = $1', runId);
    for (const { id } of children) await desk.look(id);
    expect(await desk.tasks.standRun(desk.asker, runId)).toMatchObject({ end: 'cancelled' });
    const retry = () => desk.inside((tx) => retryRun(tx, desk.caller, { runId }));
    await expect(retry()).rejects.toMatchObject({ code: 'wrong_state' });
    expect(await statuses('runs', 'id', runId)).toEqual(['cancelled']);
    expect((await desk.look(taskId)).end).toBe('cancelled');
    await retry();
    expect(await statuses('runs', 'id', runId)).toEqual(['running']);
  });

  test('what is being cancelled is neither paused nor resumed: that is said, and nothing changes', async () => {
    const { id: workflowId } = await saved();
    const { id: runId } = await desk.inside((tx) => startRun(tx, desk.caller, { workflowId, inputs: {} }));
    await desk.inside((tx) => cancelRun(tx, desk.caller, { runId }));
    for (const control of [pauseRun, resumeRun])
      await expect(desk.inside((tx) => control(tx, desk.caller, { runId }))).rejects.toMatchObject({
        code: 'wrong_state',
        message: 'The run is being cancelled.',
      });
    expect(await desk.tasks.standRun(desk.asker, runId)).toMatchObject({ end: 'cancelled' });
  });

  test('a run that is cancelled before it began goes straight to its end', async () => {
    const { id: workflowId } = await saved();
    const { id } = await desk.inside((tx) => startRun(tx, desk.caller, { workflowId, inputs: {} }));
    await desk.rows('UPDATE runs SET cancel_requested_at = now() WHERE id = $1', id);
    expect(await desk.tasks.standRun(desk.asker, id)).toMatchObject({ end: 'cancelled' });
    const events = await desk.rows<{ type: string }>(
      'SELECT type FROM events WHERE stream = $1 ORDER BY seq',
      `run/${id}`,
    );
    expect(events.map(({ type }) => type)).toEqual(['step.cancelled', 'step.cancelled', 'run.cancelled']);
  });

  test('a workflow that is archived in the middle of a run is walked to its end', async () => {
    const { id: workflowId } = await saved();
    const { id } = await desk.inside((tx) => startRun(tx, desk.caller, { workflowId, inputs: {} }));
    await desk.inside((tx) => archiveWorkflow(tx, workflowId));
    expect(await desk.tasks.standRun(desk.asker, id)).toMatchObject({
      status: 'running',
      start: [{ kind: 'task' }, { kind: 'task' }],
    });
  });

  test('two tasks that end at once: the run takes in both, and nothing is said twice', async () => {
    const { id: workflowId } = await saved();
    const { id } = await desk.inside((tx) => startRun(tx, desk.caller, { workflowId, inputs: {} }));
    const { start } = await desk.tasks.standRun(desk.asker, id);
    await Promise.all(
      start.map(async ({ id: taskId }) => {
        const key = (await desk.look(taskId)).start[0]?.key ?? '';
        await desk.claim(taskId, key);
        await desk.settle(taskId, key, { try: 1 });
      }),
    );
    const ends = await Promise.all([1, 2, 3].map(() => desk.tasks.standRun(desk.asker, id)));
    expect(ends.map((standing) => standing.end)).toEqual(['completed', 'completed', 'completed']);
    const events = await desk.rows<{ type: string; n: number }>(
      'SELECT type, count(*)::int AS n FROM events WHERE stream = $1 GROUP BY type ORDER BY type',
      `run/${id}`,
    );
    expect(events).toEqual([
      { type: 'run.completed', n: 1 },
      { type: 'run.started', n: 1 },
      { type: 'step.completed', n: 2 },
      { type: 'step.started', n: 2 },
    ]);
  });

  test('a task that cannot be handed to Temporal fails with the reason, gives its slot back, and its plan stops', async () => {
    const { taskId, runId } = await planned();
    await failByDispatch(desk.db, `task/${taskId}`, 'No such namespace.');
    await failByDispatch(desk.db, `task/${taskId}`, 'Said again.');
    expect(await desk.rows('SELECT status, error FROM tasks WHERE id = $1', taskId)).toEqual([
      { status: 'failed', error: { code: 'dispatch_failed', message: 'No such namespace.' } },
    ]);
    await lookAll(runId, taskId);
    expect(await statuses('runs', 'id', runId)).toEqual(['cancelled']);
  });

  test('a run that cannot be handed to Temporal fails with the reason, and its tasks are asked to stop', async () => {
    const { taskId, runId } = await planned();
    await failByDispatch(desk.db, `run/${runId}`, 'No such namespace.');
    expect(await desk.rows('SELECT status, error FROM runs WHERE id = $1', runId)).toEqual([
      { status: 'failed', error: { code: 'dispatch_failed', message: 'No such namespace.' } },
    ]);
    expect(await statuses('steps', 'run_id', runId)).toEqual(['cancelled', 'cancelled']);
    await lookAll(runId, taskId);
    expect(await statuses('tasks', 'run_id', runId)).toEqual(['cancelled', 'cancelled']);
  });
});
