/** The worker role: wires adapters into activity factories and serves the task queues that WORKER_QUEUES names. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { pino } from 'pino';
import { type Queue, readConfig } from '../src/config.ts';
import { createDataSource } from '../src/db/data-source.ts';
import { createDatabase } from '../src/db/record.ts';
import { wakeModelWaiters } from '../src/db/standing/wake-model-waiters.ts';
import { createFeed } from '../src/feed/feed.ts';
import { createTemporalClient, ensureSearchAttributes } from '../src/temporal/client.ts';
import { boundRegExps } from './bounded-regexp.ts';
import { untilReachable } from './until-reachable.ts';
import { type Activities, createActivities } from './activities.ts';
import { createModelsOfWorkspaces } from './models-of-workspaces.ts';
import { createToolsOfWorkspaces } from './tools-of-workspaces.ts';
import { startDelivering } from './deliver-approvals.ts';
import { startProbing } from './probe-providers.ts';

boundRegExps();
const config = readConfig();
const logger = pino({ level: config.logLevel, base: { role: 'worker' } });

/** How many activities of a queue one worker runs at once. Model calls mostly wait for the network. */
const atOnce: Record<Queue, number> = { orchestrate: 100, models: 1000, files: 2, tools: 20 };

/** Of its process, as `nice` counts it: where the API has the same processors, who waits for an answer goes before work in the background. */
const niceness = 5;

async function main(): Promise<void> {
  setPriority(Math.max(getPriority(), niceness));
  Runtime.install({
    logger: {
      log: (level, message, meta) => logger[levels[level]](withError(meta), message),
      trace: (message, meta) => logger.trace({ ...meta }, message),
      debug: (message, meta) => logger.debug({ ...meta }, message),
      info: (message, meta) => logger.debug({ ...meta }, message),
      warn: (message, meta) => logger.warn(withError(meta), message),
      error: (message, meta) => logger.error(withError(meta), message),
    },
    shutdownSignals: [],
  });
  const dataSource = createDataSource({ ...config.database, applicationName: 'adjutant-worker' });
  await untilReachable('The database', () => dataSource.initialize(), { logger });
  const feed = createFeed({ redisUrl: config.redisUrl, logger });
  const db = createDatabase(dataSource, feed.bell);
  const { models, sealer } = createModelsOfWorkspaces(config);
  const tools = createToolsOfWorkspaces({ ...config, db, sealer });
  const activities = createActivities({ config, models, db, feed, toolsOf: tools.toolsOf });
  const client = createTemporalClient(config.temporal);
  await ensureSearchAttributes(client, logger);
  await client.connection.close();
  const connect = () =>
    NativeConnection.connect({
      address: config.temporal.address,
      tls: config.temporal.tls,
      ...(config.temporal.apiKey ? { apiKey: config.temporal.apiKey } : {}),
    });
  const connection = await untilReachable('Temporal', connect, { logger });
  const workers = await Promise.all(
    config.worker.queues.map((queue) => createWorker(connection, queue, activities)),
  );
  const health = serveHealth(config.worker.healthPort, workers);
  const stop = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const woken = await wakeModelWaiters(db);
  if (woken > 0) logger.info({ woken }, 'Tasks that wait for a model look again.');
  const probing = config.worker.queues.includes('models')
    ? startProbing({ db, models, logger, owner: randomUUID() })
    : null;
  const delivering = config.worker.queues.includes('tools')
    ? startDelivering({ db, sealer, network: tools.network, publicUrl: config.http.publicUrl, logger })
    : null;
  logger.info({ queues: config.worker.queues }, 'The worker is ready.');
  await Promise.all(workers.map((worker) => worker.run()));
  await probing?.stop();
  await delivering?.stop();
  health.close();
  await tools.close();
  await feed.close();
  await dataSource.destroy();
  await connection.close();
}

/** Temporal's log calls it `error`; pino writes errors whole under `err`. */
function withError({ error, ...meta }: Record<string, unknown> = {}): Record<string, unknown> {
  return error === undefined ? meta : { ...meta, err: error };
}

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

async function createWorker(
  connection: NativeConnection,
  queue: Queue,
  activities: Activities,
): Promise<Worker> {
  const options: WorkerOptions = {
    connection,
    namespace: config.temporal.namespace,
    taskQueue: queue,
    activities: activities[queue],
    maxConcurrentActivityTaskExecutions: atOnce[queue],
    shutdownGraceTime: '8 seconds',
    shutdownForceTime: '20 seconds',
    ...(queue === 'orchestrate'
      ? { ...(await workflowCode()), maxConcurrentLocalActivityExecutions: atOnce.orchestrate }
      : {}),
  };
  return Worker.create(options);
}

async function workflowCode(): Promise<Pick<WorkerOptions, 'workflowBundle'>> {
  if (config.workflowBundle) return { workflowBundle: { codePath: config.workflowBundle } };
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  return { workflowBundle: await bundleWorkflowCode({ workflowsPath }) };
}

/** `/livez`: the process is there; anything else (`/readyz`): its queues are served. */
function serveHealth(port: number, workers: Worker[]) {
  const server = createServer((request, response) => {
    const well = request.url === '/livez' || workers.every((worker) => worker.getState() === 'RUNNING');
    response.writeHead(well ? 200 : 503).end(well ? 'ok' : 'not running');
  });
  return server.listen(port, '127.0.0.1');
}

main().catch((error: unknown) => {
  logger.fatal({ err: error }, 'The worker ended.');
  process.exitCode = 1;
});
