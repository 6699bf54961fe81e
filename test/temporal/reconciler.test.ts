import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readReconciled } from '../../src/db/installation-store.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { startDispatcher } from '../../src/temporal/dispatcher.ts';
import { type Reconciler, type ReconcilerOptions, startReconciler } from '../../src/temporal/reconciler.ts';
import { terminatedSince } from '../../src/temporal/executions.ts';
import { createStartTarget } from '../../src/temporal/start-target.ts';
import { closeLater } from '../support/close-later.ts';
import { testRedis } from '../support/redis.ts';
import { startTestWorker, type TestTemporal, testTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';
import { addTask, logger, openFeed, openRecord, type Record, wake } from './support.ts';

const entry = new URL('./workflows/parked.ts', import.meta.url);
const never = 3_600_000;
let temporal: TestTemporal;
let feed: Feed;
let record: Record;
let cancelled: string[];
let failed: [string, string][];
let owners = 0;

beforeAll(async () => {
  temporal = await testTemporal();
  feed = openFeed((await testRedis()).url);
});
beforeEach(async () => {
  record = await openRecord(feed.bell);
  cancelled = [];
  failed = [];
});

async function reconcile(options: Partial<ReconcilerOptions> = {}): Promise<Reconciler> {
  const reconciler = startReconciler({
    db: record.db,
    client: temporal.client,
    owner: `test-${++owners}`,
    logger,
    cancelByOperations: async (target) => {
      cancelled.push(target);
      await record.db.acrossWorkspaces(`UPDATE tasks SET status = 'cancelled' WHERE id = $1`, [
        target.slice(5),
      ]);
    },
    failTarget: async (target, message) => {
      failed.push([target, message]);
      await record.db.acrossWorkspaces(`UPDATE tasks SET status = 'failed' WHERE id = $1`, [target.slice(5)]);
    },
    everyMs: never,
    queues: [],
    ...options,
  });
  closeLater('a reconciler', () => reconciler.stop());
  await reconciler.pass();
  return reconciler;
}

/** A task whose Temporal workflow was started through the outbox, as ever. */
async function startedTask(): Promise<string> {
  const id = await addTask(record, {}, true);
  await dispatchAll();
  return id;
}
async function dispatchAll(): Promise<void> {
  const dispatcher = startDispatcher({
    db: record.db,
    feed,
    startTarget: createStartTarget(temporal.client),
    failTarget: async () => {},
    logger,
    owner: `test-${++owners}`,
    sweepMs: 20,
  });
  await waitFor(async () => (await waiting()).length === 0, { what: 'an empty outbox' });
  await dispatcher.stop();
}
const waiting = async () =>
  (
    await record.db.acrossWorkspaces<{ target: string }>(
      `SELECT target FROM outbox WHERE status IN ('ready', 'leased')`,
    )
  ).map(({ target }) => target);
const repairs = (id: string) =>
  record.db.acrossWorkspaces<{ data: { why: string } }>(
    `SELECT data FROM events WHERE stream = $1 AND type = 'repair.made'`,
    [`task/${id}`],
  );
const handle = (id: string) => temporal.client.workflow.getHandle(`task/${id}`);

describe('what Temporal does not know', () => {
  test('is woken, with an event that says so', async () => {
    const id = await addTask(record);
    const reconciler = await reconcile();
    expect(await waiting()).toEqual([`task/${id}`]);
    expect(await repairs(id)).toEqual([
      { data: { what: 'woken', why: 'Temporal did not know it any more.' } },
    ]);
    expect(reconciler.status()).toMatchObject({ leads: true, repairs: { woken: 1, cancelled: 0 } });
    await reconciler.pass();
    expect(reconciler.status().repairs.woken).toBe(1);
  });

  test('is left alone while it waits in the outbox, is young, or has ended', async () => {
    const inOutbox = await addTask(record, {}, true);
    await addTask(record, { status: 'completed' });
    const young = await addTask(record);
    await record.db.acrossWorkspaces('UPDATE tasks SET created_at = now() WHERE id = $1', [young]);
    const reconciler = await reconcile();
    expect(reconciler.status().repairs.woken).toBe(0);
    expect(await waiting()).toEqual([`task/${inOutbox}`]);
  });

  test('is not believed lost while nobody serves the queue', async () => {
    await addTask(record);
    const reconciler = await reconcile({ queues: [{ name: 'orchestrate', kind: 'workflow' }] });
    expect(reconciler.status()).toMatchObject({
      unserved: ['orchestrate (workflow)'],
      repairs: { woken: 0 },
    });
  });
});

describe('what operations do by hand', () => {
  test('a terminated execution means cancelled', async () => {
    const id = await startedTask();
    await handle(id).terminate('by hand');
    const reconciler = await reconcile();
    expect(cancelled).toEqual([`task/${id}`]);
    expect(reconciler.status().repairs).toEqual({ woken: 0, cancelled: 1, failed: 0 });
  });

  test('a termination holds also when something woke the target right after it', async () => {
    const id = await startedTask();
    await handle(id).terminate('by hand');
    await wake(record, `task/${id}`);
    await dispatchAll();
    const reconciler = await reconcile();
    await waitFor(
      async () => {
        await reconciler.pass();
        return cancelled.length === 1;
      },
      { what: 'the termination to be seen' },
    );
    expect(cancelled).toEqual([`task/${id}`]);
  });

  test('what had ended after its termination, and was tried again, goes on', async () => {
    const id = await startedTask();
    await handle(id).terminate('by hand');
    await record.db.inWorkspace({ workspaceId: record.workspaceId, actor: 'test' }, async (tx) => {
      const data = { code: 'step_failed', message: 'It failed.' };
      tx.emit({ stream: `task/${id}`, type: 'task.failed', data });
    });
    await wake(record, `task/${id}`);
    await dispatchAll();
    const reconciler = await reconcile();
    await waitFor(
      async () => {
        const seen = await terminatedSince(temporal.client, Date.now());
        return seen.some(({ target }) => target === `task/${id}`);
      },
      { what: 'the termination to be listed' },
    );
    await reconciler.pass();
    expect(cancelled).toEqual([]);
  });

  test('a running execution is left alone', async () => {
    await startedTask();
    const reconciler = await reconcile();
    expect(reconciler.status().repairs).toEqual({ woken: 0, cancelled: 0, failed: 0 });
  });
});

describe('with a worker', () => {
  beforeAll(async () => {
    await startTestWorker(temporal, { taskQueue: 'orchestrate', workflowsEntry: entry });
  });

  test('an execution that ended although its row is open is woken', async () => {
    const id = await startedTask();
    await handle(id).signal('finish');
    await handle(id).result();
    await reconcile();
    expect(await waiting()).toEqual([`task/${id}`]);
    expect((await repairs(id))[0]?.data.why).toContain('had ended');
  });

  test('a cancelled execution means cancelled', async () => {
    const id = await startedTask();
    await handle(id).cancel();
    await expect(handle(id).result()).rejects.toThrow();
    await reconcile();
    expect(cancelled).toEqual([`task/${id}`]);
  });

  test('a reset one is woken once', async () => {
    const id = await startedTask();
    const runId = (await handle(id).describe()).runId;
    await waitFor(
      async () =>
        (await handle(id).fetchHistory()).events?.some((event) => event.workflowTaskCompletedEventAttributes),
      { what: 'its first decision' },
    );
    await temporal.client.workflowService.resetWorkflowExecution({
      namespace: temporal.namespace,
      workflowExecution: { workflowId: `task/${id}`, runId },
      reason: 'by hand',
      workflowTaskFinishEventId: 5,
      requestId: id,
    } as never);
    const reconciler = await reconcile();
    await waitFor(
      async () => {
        await reconciler.pass();
        return (await waiting()).length > 0;
      },
      { what: 'the reset to be seen' },
    );
    expect(cancelled).toEqual([]);
    await dispatchAll();
    await reconciler.pass();
    expect(reconciler.status().repairs).toEqual({ woken: 1, cancelled: 0, failed: 0 });
  });

  test('a queue that is served is not named', async () => {
    const reconciler = await reconcile({
      queues: [
        { name: 'orchestrate', kind: 'workflow' },
        { name: 'nobody', kind: 'activity' },
      ],
    });
    expect(reconciler.status().unserved).toEqual(['nobody (activity)']);
  });
});

test('queues are looked at between two passes too, and what is found stands in the record', async () => {
  const reconciler = await reconcile({ queues: [{ name: 'late', kind: 'activity' }], queuesEveryMs: 100 });
  expect((await readReconciled(record.db))?.unserved).toEqual(['late (activity)']);
  await startTestWorker(temporal, {
    taskQueue: 'late',
    workflowsEntry: false,
    activities: { nothing: async () => {} },
  });
  await waitFor(async () => (await readReconciled(record.db))?.unserved.length === 0, {
    what: 'the queue to be served',
  });
  expect(reconciler.status().unserved).toEqual([]);
});

test('only one process does it, and another takes over', async () => {
  const first = await reconcile();
  const second = await reconcile();
  expect([first.status().leads, second.status().leads]).toEqual([true, false]);
  await first.stop();
  await second.pass();
  expect(second.status().leads).toBe(true);
});

test('a target whose entry died with the process that should have failed it is failed', async () => {
  const id = await addTask(record, {}, true);
  await record.db.acrossWorkspaces(`UPDATE outbox SET status = 'dead', last_error = 'no such attribute'`);
  const reconciler = await reconcile({ graceMs: never });
  expect(failed).toEqual([[`task/${id}`, 'It could not be handed to Temporal: no such attribute']]);
  expect(reconciler.status().repairs.failed).toBe(1);
});
