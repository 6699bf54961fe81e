import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordedHistories, recordHistory, replayHistory } from '../support/histories.ts';
import { privateTemporal, startTestWorker, testTemporal, timeSkippingServer } from '../support/temporal.ts';

const entry = new URL('./workflows/sleeps.ts', import.meta.url);
const changedEntry = new URL('./workflows/sleeps-changed.ts', import.meta.url);
const taskQueue = 'orchestrate';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adjutant-histories-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('seven days of sleep pass at once on the time-skipping server', async () => {
  const environment = await timeSkippingServer();
  await startTestWorker(
    { address: environment.address, namespace: environment.namespace ?? 'default' },
    { taskQueue, workflowsEntry: entry },
  );
  const before = Date.now();
  const clockBefore = await environment.currentTimeMs();
  const result = await environment.client.workflow.execute('sleeps', {
    taskQueue,
    workflowId: 'long',
    args: [7],
  });
  expect(result).toBe('slept 7 days');
  expect(Date.now() - before).toBeLessThan(10_000);
  expect((await environment.currentTimeMs()) - clockBefore).toBeGreaterThanOrEqual(7 * 24 * 3_600_000);
});

test('two files that use the same task queue do not meet, since each has its namespace', async () => {
  const [one, other] = [await testTemporal(), await testTemporal()];
  expect(one.namespace).not.toBe(other.namespace);
  await startTestWorker(one, { taskQueue, workflowsEntry: entry });
  await one.client.workflow.execute('sleeps', { taskQueue, workflowId: 'same', args: [0] });
  await expect(other.client.workflow.getHandle('same').describe()).rejects.toThrow(/not found/i);
});

test('the search attributes of operations are there from the start', async () => {
  const { client, namespace } = await testTemporal();
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes)).toEqual(
    expect.arrayContaining(['AdjutantWorkspace', 'AdjutantAgent', 'AdjutantRootTask', 'AdjutantStatus']),
  );
});

test('a private server comes back after a kill with what it knew, or as one that lost everything', async () => {
  const temporal = await privateTemporal();
  const before = await temporal.connect();
  await before.workflow.start('sleeps', { taskQueue, workflowId: 'kept', args: [1] });
  const status = async () => {
    const client = await temporal.connect();
    const { status: found } = await client.workflow.getHandle('kept').describe();
    return found.name;
  };
  await temporal.kill();
  await temporal.start();
  expect(await status()).toBe('RUNNING');
  await temporal.kill();
  await temporal.start({ empty: true });
  await expect(status()).rejects.toThrow(/not found/i);
}, 60_000);

describe('a recorded history', () => {
  let path: string;
  beforeAll(async () => {
    path = join(folder, 'sleeps.json');
    const temporal = await testTemporal();
    const { stop } = await startTestWorker(temporal, { taskQueue, workflowsEntry: entry });
    const handle = await temporal.client.workflow.start('sleeps', {
      taskQueue,
      workflowId: 'recorded',
      args: [0],
    });
    await handle.result();
    await stop();
    await recordHistory(handle, path);
  });

  test('replays on the code that wrote it', async () => {
    await expect(replayHistory(path, entry)).resolves.toBeUndefined();
  });

  test('is refused by code that would have gone another way', async () => {
    await expect(replayHistory(path, changedEntry)).rejects.toThrow(/nondeterminism|determinism/i);
  });
});

test('every history that is kept replays on the code of today', async () => {
  const broken: string[] = [];
  for (const path of await recordedHistories()) {
    await replayHistory(path).catch((error: Error) => broken.push(`${path}: ${error.message}`));
  }
  expect(broken).toEqual([]);
});
