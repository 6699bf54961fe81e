import { beforeAll, describe, expect, test } from '@jest/globals';
import { revisePlan } from '../../../src/db/standing/revise-plan.ts';
import { lockTask } from '../../../src/db/task-store.ts';
import { agent, openRunDesk, type RunDesk } from './support.ts';

let desk: RunDesk;
beforeAll(async () => {
  desk = await openRunDesk();
}, 60_000);

/** A run of one step that is the plan of a Chief of Staff's task. */
async function begin(): Promise<{ runId: string; taskId: string }> {
  const runId = await desk.begin({ steps: [agent('read', {}, { onError: 'replan' })] });
  await desk.stand(runId);
  const { taskId } = await desk.run(runId);
  return { runId, taskId: taskId ?? '' };
}
/** Why not; null when there will be one. */
const wish = async (taskId: string) => {
  const revised = await desk.inside(async (tx) => revisePlan(tx, await lockTask(tx, taskId), 'It is new.'));
  return 'problem' in revised ? revised.problem : null;
};
const wakesOf = async (taskId: string) =>
  (await desk.rows(`SELECT 1 FROM outbox WHERE target = $1 AND status = 'ready'`, `task/${taskId}`)).length;

describe('a wish for a new rest', () => {
  test('is taken up once by the run, which then holds still; a second one is refused', async () => {
    const { runId, taskId } = await begin();
    expect(await wish(taskId)).toBeNull();
    expect(await wish(taskId)).toContain('already');
    await desk.stand(runId);
    await desk.stand(runId);
    expect(await desk.run(runId)).toMatchObject({
      status: 'running',
      planN: 2,
      replan: { asked: 1, open: [], news: 'It is new.' },
    });
    expect(await wish(taskId)).toContain('already');
    await desk.work(runId, 'read');
    expect(await desk.run(runId)).toMatchObject({ status: 'waiting', endedAt: null });
  });

  test('that comes to a run that has just completed opens it again', async () => {
    const { runId, taskId } = await begin();
    expect(await wish(taskId)).toBeNull();
    await desk.rows(
      `UPDATE runs SET status = 'completed', output = '{}', ended_at = now() WHERE id = $1`,
      runId,
    );
    await desk.rows(`UPDATE steps SET status = 'completed', output = '{}' WHERE run_id = $1`, runId);
    await desk.stand(runId);
    expect(await desk.run(runId)).toMatchObject({ status: 'waiting', endedAt: null, replan: { open: [] } });
  });

  test('that comes to a run that has failed changes nothing, and its task is told to look', async () => {
    const { runId, taskId } = await begin();
    expect(await wish(taskId)).toBeNull();
    await desk.rows(`UPDATE runs SET status = 'failed', ended_at = now() WHERE id = $1`, runId);
    await desk.rows(`UPDATE outbox SET status = 'done' WHERE target = $1`, `task/${taskId}`);
    await desk.stand(runId);
    expect(await desk.run(runId)).toMatchObject({ status: 'failed', planN: 2, replan: null });
    expect(await wakesOf(taskId)).toBe(1);
    expect(await wish(taskId)).toContain('not being carried out');
  });

  test('for the fourth new plan of a run is refused', async () => {
    const { runId, taskId } = await begin();
    await desk.rows(
      `UPDATE runs SET replan = '{"asked": 3, "open": null, "declined": null}' WHERE id = $1`,
      runId,
    );
    expect(await wish(taskId)).toContain('there are no more');
    expect(await desk.rows('SELECT 1 FROM plans WHERE task_id = $1', taskId)).toHaveLength(1);
  });
});
