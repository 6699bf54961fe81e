import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { closeLater } from '../support/close-later.ts';
import { createTestDatabase } from '../support/database.ts';
import { testRedis } from '../support/redis.ts';
import { freePort } from '../support/servers/free-port.ts';
import { testTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';
import { addTask, addWorkspace, openDatabase } from './support.ts';

test('the dispatcher as its own process brings the outbox to Temporal, says how it is, and ends in order', async () => {
  const [{ url }, redis, temporal, port] = [
    await createTestDatabase(),
    await testRedis(),
    await testTemporal(),
    await freePort(),
  ];
  const role = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../workers/dispatcher.ts', import.meta.url))],
    {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: url,
        REDIS_URL: redis.url,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: temporal.namespace,
        WORKER_HEALTH_PORT: String(port),
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  closeLater('the dispatcher', () => role.kill('SIGKILL'));
  const db = await openDatabase(url);
  const id = await addTask({ db, workspaceId: await addWorkspace(db) }, {}, true);
  await waitFor(
    async () => (await db.acrossWorkspaces(`SELECT 1 FROM outbox WHERE status = 'done'`)).length === 1,
    { what: 'the entry to be done', timeoutMs: 40_000 },
  );
  expect((await temporal.client.workflow.getHandle(`task/${id}`).describe()).type).toBe('runTask');
  const ask = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  expect((await ask('/readyz')).status).toBe(200);
  expect(await (await ask('/status')).json()).toMatchObject({
    joined: true,
    dispatcher: { temporal: 'up', dispatched: 1 },
  });
  expect(await (await ask('/metrics')).text()).toMatch(/adjutant_dispatch_latency_seconds_count 1\n/);
  role.kill('SIGTERM');
  expect(await once(role, 'exit')).toEqual([0, null]);
}, 60_000);
