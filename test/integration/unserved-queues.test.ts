import { beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Reconciled } from '../../src/contracts/operations.ts';
import { cancelByOperations, failByDispatch } from '../../src/db/standing/operations.ts';
import { createReconcilerMetrics } from '../../src/temporal/metrics.ts';
import { startReconciler } from '../../src/temporal/reconciler.ts';
import { type RunningApi, runApi } from '../api/support/running-api.ts';
import { closeLater } from '../support/close-later.ts';
import { isStep, openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

/** The product without a worker: what Temporal, `/status` and the metrics say, and what becomes of the work. */
let house: ScriptedHouse;
let api: RunningApi;
let worker: WorkerProcess;
const metrics = new Registry();
const all = ['files (activity)', 'models (activity)', 'orchestrate (workflow)', 'tools (activity)'];

beforeAll(async () => {
  house = await openScriptedHouse({ workers: false });
  api = await runApi({ db: house.db });
  const reconciler = startReconciler({
    db: house.db,
    client: house.client,
    owner: 'unserved',
    logger: pino({ level: 'silent' }),
    cancelByOperations: (target) => cancelByOperations(house.db, target),
    failTarget: (target, message) => failByDispatch(house.db, target, message),
    metrics: createReconcilerMetrics(metrics),
    everyMs: 500,
    graceMs: 0,
  });
  closeLater('the reconciler', () => reconciler.stop());
}, 60_000);

async function pollersOf(queue: string): Promise<number> {
  const { pollers } = await house.client.workflowService.describeTaskQueue({
    namespace: house.temporal.namespace,
    taskQueue: { name: queue },
    taskQueueType: queue === 'orchestrate' ? 1 : 2,
  });
  return pollers?.length ?? 0;
}

async function shown(): Promise<Reconciled | null> {
  return (await api.ask<{ reconciled: Reconciled | null }>('GET', '/status')).body.reconciled;
}

async function untilShown(what: string, fits: (unserved: string[]) => boolean): Promise<Reconciled> {
  return waitFor(
    async () => {
      const found = await shown();
      if (!found || !fits([...found.unserved].sort())) throw new Error(JSON.stringify(found));
      return found;
    },
    { what, timeoutMs: 45_000, everyMs: 200 },
  );
}

test('queues that nobody has ever served are shown; work waits without being mended, and is done when a worker comes', async () => {
  const id = await house.give({ goal: 'Compare three suppliers.' });
  await waitFor(async () => (await house.client.workflow.getHandle(`task/${id}`).describe()).runId, {
    what: 'the task to be in Temporal',
  });
  for (const queue of ['orchestrate', 'models', 'tools', 'files'])
    expect([queue, await pollersOf(queue)]).toEqual([queue, 0]);
  const { repairs } = await untilShown('all queues to be named', (unserved) => `${unserved}` === `${all}`);
  expect(repairs).toEqual({ woken: 0, cancelled: 0, failed: 0 });
  expect(await metrics.metrics()).toContain('adjutant_unserved_queues 4');
  expect(
    (await house.rows<{ status: string }>('SELECT status FROM tasks WHERE id = $1', id))[0]?.status,
  ).toBe('pending');

  worker = await startWorkerProcess(house);
  await house.reaches('tasks', id, ['completed'], 60_000);
  await untilShown('no queue to be named', (unserved) => unserved.length === 0);
  expect(await metrics.metrics()).toContain('adjutant_unserved_queues 0');
}, 120_000);

test('the queue of a worker that was killed is shown although Temporal still lists it, and what it left is done by the next one', async () => {
  const held = house.hold(isStep('Gather the facts'));
  const left = await house.give({ goal: 'Compare three suppliers.' });
  await held;
  await worker.kill();
  const fresh = await house.give({ goal: 'Compare three others.' });
  expect(await pollersOf('orchestrate')).toBeGreaterThan(0);
  await untilShown('the queue to be named', (unserved) => unserved.includes('orchestrate (workflow)'));

  await startWorkerProcess(house);
  for (const id of [left, fresh]) {
    await house.reaches('tasks', id, ['completed'], 90_000);
    await house.isWhole(id);
  }
  await untilShown('no queue to be named', (unserved) => unserved.length === 0);
}, 180_000);
