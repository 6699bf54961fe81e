/**
 * Commit to Temporal: how long after a commit its Temporal workflow has been told, one at a time (idle), and how fast a backlog drains. The
 * dispatcher runs in this process, as it does in the API's. No worker is there: what Temporal does afterwards is not measured.
 *
 * npm run bench dispatch -- [--idle 200] [--backlog 2000]
 */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { createDataSource } from '../src/db/data-source.ts';
import { newId } from '../src/db/new-id.ts';
import { createDatabase, type Database } from '../src/db/record.ts';
import { createFeed } from '../src/feed/feed.ts';
import { createTemporalClient } from '../src/temporal/client.ts';
import { startDispatcher } from '../src/temporal/dispatcher.ts';
import { createStartTarget, type StartTarget } from '../src/temporal/start-target.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { heading, percentile, table } from './support/figures.ts';
import { ownerOf } from './support/sides.ts';
import { openStage, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: { idle: { type: 'string', default: '200' }, backlog: { type: 'string', default: '2000' } },
});
const [idle, backlog] = [values.idle, values.backlog].map(Number) as [number, number];
const pauseMs = 50;

heading('Commit to Temporal');
const stage = await openStage('dispatch');
try {
  await measure(stage);
} finally {
  await stage.close();
}

async function measure(on: Stage): Promise<void> {
  const logger = pino({ level: 'warn' });
  const feed = createFeed({ redisUrl: on.redisUrl, logger });
  on.closeLater(() => feed.close());
  const dataSource = createDataSource({ url: on.databaseUrl, poolSize: 12, applicationName: 'bench' });
  await dataSource.initialize();
  on.closeLater(() => dataSource.destroy());
  await feed.ready();
  let committedAt = 0;
  const db = createDatabase(dataSource, {
    ring: (facts) => {
      committedAt = performance.now();
      feed.bell.ring(facts);
    },
  });
  const client = createTemporalClient({
    address: on.temporalAddress,
    namespace: on.namespace,
    apiKey: undefined,
    tls: false,
  });
  on.closeLater(() => client.connection.close());
  const arrivedAt = new Map<string, number>();
  const startTarget = noting(createStartTarget(client), arrivedAt);
  const dispatch = () =>
    startDispatcher({ db, feed, startTarget, failTarget: async () => {}, logger, owner: 'bench' });
  const { workspaceId } = await ownerOf(db);

  const first = dispatch();
  const delays: number[] = [];
  for (let n = -10; n < idle; n += 1) {
    const target = await wake(db, workspaceId);
    await waitFor(() => arrivedAt.has(target), { what: 'the start', everyMs: 1 });
    if (n >= 0) delays.push((arrivedAt.get(target) ?? 0) - committedAt);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await first.stop();
  delays.sort((a, b) => a - b);
  const at = (p: number) => percentile(delays, p).toFixed(1);
  table(
    ['idle', 'n', 'min ms', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'],
    [['commit to Temporal', String(delays.length), at(0), at(50), at(95), at(99), at(100)]],
  );

  for (let n = 0; n < backlog; n += 1) await wake(db, workspaceId);
  const began = performance.now();
  const second = dispatch();
  await waitFor(() => second.status().dispatched >= backlog, { what: 'an empty outbox', timeoutMs: 300_000 });
  const seconds = (performance.now() - began) / 1000;
  await second.stop();
  table(
    ['backlog', 'seconds', 'starts a second'],
    [[backlog, seconds.toFixed(1), (backlog / seconds).toFixed(0)]],
  );
}

function noting(real: StartTarget, arrivedAt: Map<string, number>): StartTarget {
  return async (target) => {
    await real(target);
    arrivedAt.set(target.target, performance.now());
  };
}

async function wake(db: Database, workspaceId: string): Promise<string> {
  const target = `task/${newId('task')}`;
  await db.inWorkspace({ workspaceId, actor: 'bench' }, async (tx) => tx.wake({ target, label: 'Bench' }));
  return target;
}
