import { beforeAll, describe, expect, test } from '@jest/globals';
import { cancelTask } from '../../src/commands/cancel-task.ts';
import { pauseTask } from '../../src/commands/pause-task.ts';
import { resumeTask } from '../../src/commands/resume-task.ts';
import { retryRun } from '../../src/commands/retry-run.ts';
import { retryTask } from '../../src/commands/retry-task.ts';
import type { Tx } from '../../src/db/record.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import type { Answer, ServedCall } from '../support/scripted-model-server/script.ts';
import { waitFor } from '../support/wait-for.ts';

let house: ScriptedHouse;

beforeAll(async () => {
  house = await openScriptedHouse({ stallMs: 5000 });
});

function desk<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return house.db.inWorkspace(house.scope, work);
}

async function steps(
  runId: unknown,
): Promise<{ key: string; status: string; attempts: number; taskId: string | null }[]> {
  return house.db.acrossWorkspaces(
    'SELECT key, status, attempts, task_id FROM steps WHERE run_id = $1 ORDER BY key',
    [runId],
  );
}

const refused: Answer = { fault: { kind: 'status', status: 400, message: 'No.' } };

/** Refuses whatever works on the last step; the work rule calls it so. */
function refuseLastStep(call: ServedCall): Answer | null {
  return call.text.includes('# Task\n\nWrite the result') ? refused : null;
}

describe('a run that a person controls', () => {
  test('a failed plan is retried: finished work is reused, the failed step gets a new attempt of the same task', async () => {
    house.answer(refuseLastStep);
    const id = await house.give({ goal: 'Compare three suppliers.' });
    const failed = await house.reaches('tasks', id, ['completed', 'failed']);
    expect(failed).toMatchObject({ status: 'failed' });
    const before = await steps(failed.planRunId);
    const broken = before.find((step) => step.status === 'failed');
    expect(broken).toBeDefined();
    house.answer(() => null);
    await desk((tx) => retryTask(tx, house.caller, { taskId: id }));
    expect(await house.reaches('tasks', id, ['completed'])).toMatchObject({
      planRunId: failed.planRunId,
      error: null,
    });
    const after = await steps(failed.planRunId);
    expect(new Set(after.map((step) => step.status))).toEqual(new Set(['completed']));
    for (const step of after) {
      const was = before.find((each) => each.key === step.key);
      expect(step).toMatchObject({ taskId: was?.taskId, attempts: step.key === broken?.key ? 2 : 1 });
    }
  });

  test('a retry from an unknown step is a clear problem and changes nothing', async () => {
    house.answer(refuseLastStep);
    const id = await house.give({ goal: 'Compare four suppliers.' });
    const failed = await house.reaches('tasks', id, ['completed', 'failed']);
    const retry = desk((tx) =>
      retryRun(tx, house.caller, { runId: String(failed.planRunId), from: 'nowhere' }),
    );
    await expect(retry).rejects.toMatchObject({
      code: 'invalid_request',
      problems: [{ pointer: '/from', code: 'unknown_step' }],
    });
    expect(await house.reaches('runs', String(failed.planRunId), ['failed'])).toMatchObject({
      version: expect.any(Number),
    });
    house.answer(() => null);
  });

  test('a retry from a step does that step and all behind it again, with what the person changed', async () => {
    house.answer(refuseLastStep);
    const id = await house.give({ goal: 'Compare five suppliers.' });
    const failed = await house.reaches('tasks', id, ['completed', 'failed']);
    house.answer(() => null);
    const runId = String(failed.planRunId);
    const first = (await steps(runId)).find((step) => step.attempts === 1 && step.status === 'completed');
    await desk((tx) =>
      retryRun(tx, house.caller, {
        runId,
        from: first?.key ?? '',
        changes: { goal: 'Look at delivery times only.' },
      }),
    );
    await house.reaches('tasks', id, ['completed']);
    expect((await steps(runId)).find((step) => step.key === first?.key)).toMatchObject({
      attempts: 2,
      taskId: first?.taskId,
    });
    expect(await house.reaches('tasks', String(first?.taskId), ['completed'])).toMatchObject({
      goal: 'Look at delivery times only.',
      attempt: 2,
    });
  });

  test('a paused task begins nothing new, and goes on where it stood', async () => {
    let seen = 0;
    house.answer((call) => {
      if (call.outputSchema === null) seen += 1;
      return call.outputSchema === null ? { delayMs: 300, text: 'Seen to.' } : null;
    });
    const id = await house.give({ goal: 'Compare six suppliers.' });
    const planned = await house.reaches('tasks', id, ['waiting']);
    expect(planned.waitingFor).toBe('children');
    await desk((tx) => pauseTask(tx, house.caller, { taskId: id }));
    await house.reaches('runs', String(planned.planRunId), ['paused']);
    const open = () =>
      steps(planned.planRunId).then((rows) => rows.filter((row) => row.status === 'in_progress').length);
    await waitFor(async () => (await open()) === 0, { what: 'the steps at work to finish' });
    const asked = seen;
    await waitFor(async () => (await house.reaches('tasks', id, ['waiting'])).waitingFor === 'paused', {
      what: 'the task to stand still',
    });
    expect((await steps(planned.planRunId)).some((step) => step.status === 'pending')).toBe(true);
    expect(seen).toBe(asked);
    house.answer(() => null);
    await desk((tx) => resumeTask(tx, house.caller, { taskId: id }));
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
    const late = desk((tx) => pauseTask(tx, house.caller, { taskId: id }));
    await expect(late).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('a cancelled task can be retried', async () => {
    house.answer((call) => (call.outputSchema === null ? { delayMs: 20_000 } : null));
    const id = await house.give({ goal: 'Compare seven suppliers.' });
    await house.reaches('tasks', id, ['waiting']);
    await desk((tx) => cancelTask(tx, house.caller, { taskId: id }));
    expect(await house.reaches('tasks', id, ['cancelled'], 10_000)).toMatchObject({ holdsSlot: false });
    house.answer(() => null);
    await desk((tx) => retryTask(tx, house.caller, { taskId: id }));
    expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
  });
});
