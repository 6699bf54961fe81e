import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import { createDataSource } from '../../src/db/data-source.ts';
import { createDatabase, type Database, type Tx } from '../../src/db/record.ts';
import { failByDispatch } from '../../src/db/standing/operations.ts';
import type { Sealer } from '../../src/db/seal.ts';
import { createFeed, type Feed } from '../../src/feed/feed.ts';
import type { ToolsOf } from '../../src/tools/registry.ts';
import { startDispatcher } from '../../src/temporal/dispatcher.ts';
import { createServeTarget } from '../../src/temporal/serve-target.ts';
import type { StartTarget } from '../../src/temporal/start-target.ts';
import type { Caller } from '../../src/commands/caller.ts';
import type { Config, Queue } from '../../src/config.ts';
import { type Activities, createActivities } from '../../workers/activities.ts';
import { createModelsOfWorkspaces } from '../../workers/models-of-workspaces.ts';
import { startProbing } from '../../workers/probe-providers.ts';
import { closeLater } from './close-later.ts';
import { createTestDatabase } from './database.ts';
import { testRedis } from './redis.ts';
import { startTestWorker, type TestTemporal, testTemporal, type TestWorker } from './temporal.ts';
import { waitFor } from './wait-for.ts';

export interface House {
  db: Database;
  feed: Feed;
  client: Client;
  caller: Caller;
  scope: { workspaceId: string; actor: string };
  temporal: { address: string; namespace: string };
  databaseUrl: string;
  redisUrl: string;
  filesDir: string;
  sealer: Sealer;
  /** Lets the workers finish and starts others, with other models. */
  employ(models: Config['models']): Promise<void>;
  /** Waits until the row has one of these statuses. */
  reaches(
    table: 'tasks' | 'runs' | 'files',
    id: string,
    statuses: string[],
    timeoutMs?: number,
  ): Promise<Record<string, unknown>>;
}

const queues: Queue[] = ['orchestrate', 'models', 'tools', 'files'];

export interface HouseOptions {
  models: Config['models'];
  filesDir: string;
  secretKey?: string;
  /** Another server than the shared one. */
  temporal?: TestTemporal;
  /** Another Redis than the shared one. */
  redis?: { url: string };
  startTarget?: StartTarget;
  /** None in this process: whoever opens the house starts processes of their own (worker-process.ts). */
  workers?: false;
  /** Other tools than the built-in ones of the record. */
  toolsOf?: ToolsOf<Tx>;
  /** Puts something between Temporal and the activities. */
  wrap?(activities: Activities): Activities;
}

/** The product without its door: record, feed, dispatcher and workers in this process, on real PostgreSQL, Redis and Temporal. */
export async function openHouse(options: HouseOptions): Promise<House> {
  const [database, redis, temporal] = await Promise.all([
    createTestDatabase(),
    options.redis ?? testRedis(),
    options.temporal ?? testTemporal(),
  ]);
  const logger = pino({ level: 'silent' });
  const dataSource = createDataSource({ url: database.url, poolSize: 12, applicationName: 'house' });
  await dataSource.initialize();
  closeLater('the house’s pool', () => dataSource.destroy());
  const feed = createFeed({ redisUrl: redis.url, logger });
  closeLater('the house’s feed', () => feed.close());
  await feed.ready();
  const db = createDatabase(dataSource, feed.bell);
  const { models, sealer } = createModelsOfWorkspaces(options);
  const probing = startProbing({ db, models, logger, owner: 'house', tickMs: 100 });
  closeLater('the house’s probe', () => probing.stop());
  let workers: TestWorker[] = [];
  const employ = async (config: Config['models']) => {
    await Promise.all(workers.map((worker) => worker.stop()));
    const known =
      config === options.models ? models : createModelsOfWorkspaces({ ...options, models: config }).models;
    const activities = createActivities({
      config: { ...options, models: config },
      models: known,
      db,
      feed,
      ...(options.toolsOf ? { toolsOf: options.toolsOf } : {}),
    });
    workers = await startWorkers(temporal, options.wrap?.(activities) ?? activities);
  };
  if (options.workers !== false) await employ(options.models);
  const dispatcher = startDispatcher({
    db,
    feed,
    startTarget: options.startTarget ?? createServeTarget(temporal.client, db),
    failTarget: (target, message) => failByDispatch(db, target, message),
    logger,
    owner: 'house',
  });
  closeLater('the house’s dispatcher', () => dispatcher.stop());
  const [principal] = await db.acrossWorkspaces<{ id: string; workspaceId: string }>(
    'SELECT id, workspace_id FROM principals LIMIT 1',
  );
  if (!principal) throw new Error('The template database has no principal.');
  const caller: Caller = { workspaceId: principal.workspaceId, principalId: principal.id, role: 'owner' };
  return {
    db,
    feed,
    client: temporal.client,
    caller,
    scope: { workspaceId: principal.workspaceId, actor: principal.id },
    temporal: { address: temporal.address, namespace: temporal.namespace },
    databaseUrl: database.url,
    redisUrl: redis.url,
    filesDir: options.filesDir,
    sealer,
    employ,
    reaches: (table, id, statuses, timeoutMs = 45_000) => reaches(db, { table, id, statuses, timeoutMs }),
  };
}

function startWorkers(temporal: TestTemporal, activities: Activities): Promise<TestWorker[]> {
  return Promise.all(
    queues.map((taskQueue) =>
      startTestWorker(temporal, {
        taskQueue,
        activities: activities[taskQueue],
        ...(taskQueue === 'orchestrate' ? {} : { workflowsEntry: false }),
      }),
    ),
  );
}

async function reaches(
  db: Database,
  { table, id, statuses, timeoutMs }: { table: string; id: string; statuses: string[]; timeoutMs: number },
) {
  let row: Record<string, unknown> = {};
  await waitFor(
    async () => {
      [row = {}] = await db.acrossWorkspaces<Record<string, unknown>>(
        `SELECT * FROM ${table} WHERE id = $1`,
        [id],
      );
      if (!statuses.includes(String(row.status)))
        throw new Error(`it is ${row.status}: ${row.waitingDetail ?? JSON.stringify(row.error)}`);
      return true;
    },
    { timeoutMs, what: `${table} ${id} to become ${statuses.join(' or ')}` },
  );
  return row;
}
