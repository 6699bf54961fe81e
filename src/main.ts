/** The API process: REST, live feed, the page, and the dispatcher unless it runs as its own role. */
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { pino } from 'pino';
import { type AppOptions, createApp } from './api/app.ts';
import { createHttpMetrics } from './api/operations/http-metrics.ts';
import { authenticate } from './commands/authenticate.ts';
import { readConfig } from './config.ts';
import { createDataSource } from './db/data-source.ts';
import { purgeExpired } from './db/principal-store.ts';
import { createDatabase, type Database } from './db/record.ts';
import { outageOf } from './core/route-model.ts';
import { listOutages } from './db/providers/provider-health-store.ts';
import { createFeed } from './feed/feed.ts';
import { createFileStorage } from './files/storage.ts';
import { createGateway } from './live/gateway.ts';
import { createHub } from './live/hub.ts';
import { createSse } from './live/sse.ts';
import { createModelDescriber } from './models/describe-models.ts';
import { findLocal } from './models/find-local.ts';
import { tryKey } from './models/try-key.ts';
import { environmentProviders } from './models/environment-providers.ts';
import { createTemporalClient } from './temporal/client.ts';
import { startDispatching } from './temporal/start-dispatching.ts';
import { boundRegExps } from '../workers/bounded-regexp.ts';
import { untilReachable } from '../workers/until-reachable.ts';
import { createModelsOfWorkspaces } from '../workers/models-of-workspaces.ts';
import { createToolsOfWorkspaces } from '../workers/tools-of-workspaces.ts';

boundRegExps();
const config = readConfig();
const logger = pino({ level: config.logLevel, base: { role: 'api' } });

/** Whoever opens a thing pushes its closer; they run last-in first-out. */
const closers: { name: string; close: () => unknown }[] = [];
const drainMs = 3000;
const goneMs = 9000;
const comeBackMs = 1000;
const purgeMs = 60 * 60 * 1000;

async function main(): Promise<void> {
  let accepting = true;
  const dataSource = createDataSource({ ...config.database, applicationName: 'adjutant-api' });
  await untilReachable('The database', () => dataSource.initialize(), { logger });
  closers.push({ name: 'database', close: () => dataSource.destroy() });
  const feed = createFeed({ redisUrl: config.redisUrl, logger });
  closers.push({ name: 'feed', close: () => feed.close() });
  const db = createDatabase(dataSource, feed.bell);
  const metrics = createHttpMetrics();
  if (config.dispatcher) dispatch(db, { feed, registry: metrics.registry });
  const { hub, sse } = watch(db, feed);

  const app = createApp({
    db,
    files: createFileStorage(config.filesDir),
    uploadDir: join(config.filesDir, 'uploads'),
    publicUrl: config.http.publicUrl,
    logger,
    webDir: config.webDir,
    temporal: { namespace: config.temporal.namespace, uiUrl: config.temporal.uiUrl },
    ...toolParts(db),
    ...modelParts(db),
    streams: (request, response, wish) => sse.serve(request, response, wish),
    health: { accepting: () => accepting, redis: () => feed.live() },
    metrics,
  });
  const server = createServer(app);
  const gateway = createGateway({
    server,
    hub,
    authenticate: (credentials) => authenticate(db, credentials),
    publicUrl: config.http.publicUrl,
    logger,
  });
  keepTidy(db);
  await listen(server);
  logger.info({ url: config.http.publicUrl, port: config.http.port }, 'The API is ready.');

  closers.push({ name: 'server', close: () => drain(server) });
  closers.push({
    name: 'watchers',
    close: () => {
      sse.goAway(comeBackMs);
      gateway.goAway(comeBackMs);
    },
  });
  const stop = (signal: string) => {
    if (!accepting) return;
    accepting = false;
    void shutDown(signal);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** What the workspace's models are, and how a key is tried: both talk to providers, which the API itself does not. */
function modelParts(db: Database): Pick<AppOptions, 'models' | 'providers' | 'launch'> {
  const { models, sealer } = createModelsOfWorkspaces(config);
  const describe = createModelDescriber(config.models);
  return {
    models: async ({ workspaceId }) => {
      const { registry, candidates, outages } = await db.inWorkspace(
        { workspaceId, actor: 'system' },
        async (tx) => ({
          ...(await models.inTx(tx)),
          outages: await listOutages(tx),
        }),
      );
      return describe(registry, ({ provider, id }) => {
        const model = candidates.find((each) => each.provider === provider && each.id === id);
        return (model && outageOf(model, outages)?.reason) ?? null;
      });
    },
    launch: models.inTx,
    providers: { sealer, environment: environmentProviders(config.models), tryKey, findLocal },
  };
}

/** What the workspace's tools are, and how a server is asked for its own: it talks to servers, which the API itself does not. */
function toolParts(db: Database): Pick<AppOptions, 'toolsOf' | 'askToolServer'> {
  const { sealer } = createModelsOfWorkspaces(config);
  const { toolsOf, ask, close } = createToolsOfWorkspaces({ ...config, db, sealer });
  closers.push({ name: 'tools', close });
  return { toolsOf, askToolServer: ask };
}

function watch(db: Database, feed: ReturnType<typeof createFeed>) {
  const hub = createHub({ db, feed, logger });
  closers.push({ name: 'hub', close: () => hub.close() });
  return { hub, sse: createSse({ hub }) };
}

function dispatch(
  db: Database,
  {
    feed,
    registry,
  }: { feed: ReturnType<typeof createFeed>; registry: ReturnType<typeof createHttpMetrics>['registry'] },
): void {
  const client = createTemporalClient(config.temporal);
  closers.push({ name: 'temporal', close: () => client.connection.close() });
  const dispatching = startDispatching({
    db,
    feed,
    client,
    address: config.temporal.address,
    logger,
    registry,
    onRefused: (error) => {
      logger.fatal(
        { error: error.message },
        'This database belongs to another Temporal namespace that is in use',
      );
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM');
    },
  });
  closers.push({ name: 'dispatcher', close: () => dispatching.stop() });
}

function keepTidy(db: Database): void {
  const tidy = () =>
    void purgeExpired(db).catch((error: unknown) => logger.warn({ err: error }, 'Tidying up failed'));
  const timer = setInterval(tidy, purgeMs);
  closers.push({ name: 'tidying', close: () => clearInterval(timer) });
  tidy();
}

function listen(server: Server): Promise<void> {
  // Longer than the idle time of usual proxies, so that they never meet a connection that we just closed.
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 66_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.http.port, config.http.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** No new connections; what is under way gets a moment, then it is cut off. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function shutDown(signal: string): Promise<void> {
  logger.info({ signal }, 'The API is closing.');
  // Whatever hangs: after this the supervisor would kill us anyway.
  setTimeout(() => process.exit(process.exitCode ?? 0), goneMs).unref();
  for (let next = closers.pop(); next; next = closers.pop()) {
    try {
      await next.close();
    } catch (error) {
      logger.warn({ err: error, closing: next.name }, 'Something did not close well');
    }
  }
  logger.info('The API has closed.');
  process.exit(process.exitCode ?? 0);
}

try {
  await main();
} catch (error) {
  logger.fatal({ err: error }, 'The API could not start');
  process.exit(1);
}
