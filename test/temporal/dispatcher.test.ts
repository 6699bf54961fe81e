import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Database } from '../../src/db/record.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { type Dispatcher, type DispatcherOptions, startDispatcher } from '../../src/temporal/dispatcher.ts';
import { createStartTarget, type StartTarget } from '../../src/temporal/start-target.ts';
import { privateRedis, testRedis } from '../support/redis.ts';
import { type TestTemporal, testTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';
import { addTask, logger, openDatabase, openFeed, openRecord, type Record, wake } from './support.ts';

let temporal: TestTemporal;
let feed: Feed;
let record: Record;
let url: string;
beforeAll(async () => {
  temporal = await testTemporal();
  feed = openFeed((await testRedis()).url);
  await feed.ready();
});
beforeAll(async () => {
  const opened = await openRecord(feed.bell);
  record = opened;
  url = opened.url;
});

jest.setTimeout(60_000);
const dispatchers: Dispatcher[] = [];
/** One that a failed test left behind would work on the next one's entries. */
afterEach(async () => {
  for (const dispatcher of dispatchers.splice(0)) await dispatcher.stop();
  await record.db.acrossWorkspaces('DELETE FROM outbox');
});

let owners = 0;
function dispatch(options: Partial<DispatcherOptions> & { startTarget: StartTarget }): Dispatcher {
  const dispatcher = startDispatcher({
    db: record.db,
    feed,
    failTarget: async () => {},
    logger,
    owner: `test-${++owners}`,
    ...options,
  });
  dispatchers.push(dispatcher);
  return dispatcher;
}

const statuses = async (db: Database) =>
  Object.fromEntries(
    (
      await db.acrossWorkspaces<{ status: string; n: number }>(
        'SELECT status, count(*)::int AS n FROM outbox GROUP BY status',
      )
    ).map(({ status, n }) => [status, n]),
  );
const allDone = () =>
  waitFor(async () => Object.keys(await statuses(record.db)).join() === 'done', {
    what: 'all entries done',
    timeoutMs: 40_000,
  });
const startedAt = async (id: string) =>
  (
    await record.db.acrossWorkspaces<{ at: Date | null }>(
      'SELECT temporal_started_at AS at FROM tasks WHERE id = $1',
      [id],
    )
  )[0]?.at;

/** Temporal as it is, with a protocol of what was asked of it. */
function counted(before: StartTarget = async () => {}) {
  const calls: string[] = [];
  const real = createStartTarget(temporal.client);
  const startTarget: StartTarget = async (target) => {
    calls.push(target.target);
    await before(target);
    await real(target);
  };
  return { calls, startTarget };
}

test('an entry becomes a Temporal workflow with its type, id, summary and search attributes', async () => {
  const dispatcher = dispatch(counted());
  const id = await addTask(record, {}, true);
  await allDone();
  const description = await temporal.client.workflow.getHandle(`task/${id}`).describe();
  expect(description).toMatchObject({ type: 'runTask', taskQueue: 'orchestrate' });
  expect(await description.staticSummary()).toBe('A title');
  expect(description.searchAttributes).toMatchObject({
    AdjutantWorkspace: [record.workspaceId],
    AdjutantRootTask: [id],
  });
  const history = await temporal.client.workflow.getHandle(`task/${id}`).fetchHistory();
  expect(
    history.events
      ?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName)
      .filter(Boolean),
  ).toEqual(['changed']);
  await waitFor(() => startedAt(id), { what: 'the start to be noted' });
  expect(dispatcher.status()).toMatchObject({ temporal: 'up', dispatched: 1 });
});

test('entries of one target that wait together are one call', async () => {
  const id = await addTask(record);
  for (let n = 0; n < 5; n += 1) await wake(record, `task/${id}`);
  const { calls, startTarget } = counted();
  dispatch({ startTarget });
  await allDone();
  expect(calls).toEqual([`task/${id}`]);
});

test('two dispatchers never have one entry at the same time, and none is lost', async () => {
  const held = new Map<string, number>();
  const twice: string[] = [];
  const careful = counted(async ({ target }) => {
    const now = (held.get(target) ?? 0) + 1;
    held.set(target, now);
    if (now > 1) twice.push(target);
  });
  const startTarget: StartTarget = (target) =>
    careful.startTarget(target).finally(() => held.set(target.target, (held.get(target.target) ?? 1) - 1));
  const other = openFeed((await testRedis()).url);
  dispatch({ startTarget });
  dispatch({ startTarget, feed: other, db: await openDatabase(url) });
  dispatch({ startTarget, db: await openDatabase(url) });
  const ids = await Promise.all(Array.from({ length: 120 }, () => addTask(record, {}, true)));
  await allDone();
  expect(twice).toEqual([]);
  expect([...careful.calls].sort()).toEqual(ids.map((id) => `task/${id}`).sort());
});

test('an answer that is lost after the signal arrived is harmless', async () => {
  const real = createStartTarget(temporal.client);
  let lost = 0;
  const startTarget: StartTarget = async (target) => {
    await real(target);
    if (lost++ === 0) throw Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4 });
  };
  dispatch({ startTarget, sweepMs: 50 });
  const id = await addTask(record, {}, true);
  await allDone();
  expect(lost).toBe(2);
  const executions = [];
  for await (const execution of temporal.client.workflow.list({ query: `WorkflowId = 'task/${id}'` }))
    executions.push(execution);
  expect(executions.length).toBeLessThanOrEqual(1); // visibility may lag, never double
  expect((await temporal.client.workflow.getHandle(`task/${id}`).describe()).status.name).toBe('RUNNING');
});

test('what a dead dispatcher had leased is taken when the lease has run out', async () => {
  const id = await addTask(record, {}, true);
  await record.db.acrossWorkspaces(
    `UPDATE outbox SET status = 'leased', tries = 1, lease_until = now() + interval '300 milliseconds' WHERE target = $1`,
    [`task/${id}`],
  );
  const { calls, startTarget } = counted();
  const began = Date.now();
  dispatch({ startTarget, sweepMs: 50 });
  await allDone();
  expect(Date.now() - began).toBeGreaterThanOrEqual(250);
  expect(calls).toEqual([`task/${id}`]);
});

test('a refused entry is dead after its tries, and its task fails with the reason', async () => {
  const failures: [string, string][] = [];
  const dispatcher = dispatch({
    startTarget: () =>
      Promise.reject(Object.assign(new Error('3 INVALID_ARGUMENT: no such attribute'), { code: 3 })),
    failTarget: async (target, message) => void failures.push([target, message]),
    maxTries: 3,
    backoffMs: () => 5,
    sweepMs: 20,
  });
  const id = await addTask(record, {}, true);
  await waitFor(async () => (await statuses(record.db)).dead === 1, { what: 'the entry to be dead' });
  expect(failures).toEqual([
    [`task/${id}`, 'It could not be handed to Temporal in 3 tries: 3 INVALID_ARGUMENT: no such attribute'],
  ]);
  expect(dispatcher.status()).toMatchObject({ dead: 1, failedTries: 3 });
});

describe('while Temporal is away', () => {
  test('no try counts, and everything goes out when it is back', async () => {
    let away = true;
    const { calls, startTarget } = counted(async () => {
      if (away) throw Object.assign(new Error('14 UNAVAILABLE: connection refused'), { code: 14 });
    });
    const dispatcher = dispatch({ startTarget, sweepMs: 20, maxTries: 2 });
    const ids = await Promise.all(Array.from({ length: 30 }, () => addTask(record, {}, true)));
    await waitFor(() => dispatcher.status().temporal === 'away' && calls.length > 10, { what: 'probes' });
    expect((await statuses(record.db)).dead).toBeUndefined();
    away = false;
    await allDone();
    expect(dispatcher.status()).toMatchObject({ temporal: 'up', dispatched: ids.length, dead: 0 });
  });
});

describe('without Redis', () => {
  test('the sweep finds what the queue forgot, and the queue works again afterwards', async () => {
    const redis = await privateRedis();
    const ownFeed = openFeed(redis.url);
    await ownFeed.ready();
    const own: Record = { ...record, db: await openDatabase(url, ownFeed.bell) };
    const { calls, startTarget } = counted();
    dispatch({ startTarget, feed: ownFeed, db: own.db, sweepMs: 200 });
    await addTask(own, {}, true);
    await allDone();
    await redis.kill();
    await Promise.all(Array.from({ length: 20 }, () => addTask(own, {}, true)));
    await allDone();
    await redis.start();
    await ownFeed.ready();
    await redis.command('FLUSHALL');
    await addTask(own, {}, true);
    await allDone();
    await waitFor(async () => (await ownFeed.queue.stats())?.pending === 0, {
      what: 'an acknowledged queue',
    });
    expect(calls).toHaveLength(22);
    expect(ownFeed.missed()).toBeGreaterThan(0);
  });
});

test('a dispatcher that stops gives back what it has not sent', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const { startTarget } = counted(() => gate);
  const dispatcher = dispatch({ startTarget, inFlight: 2 });
  await Promise.all(Array.from({ length: 6 }, () => addTask(record, {}, true)));
  await waitFor(() => dispatcher.status().inFlight === 2 && dispatcher.status().waiting > 0, {
    what: 'a full dispatcher',
  });
  const stopped = dispatcher.stop();
  release();
  await stopped;
  const after = await statuses(record.db);
  expect(after.leased).toBeUndefined();
  expect(after.ready).toBe(4);
  dispatch(counted());
  await allDone();
});
