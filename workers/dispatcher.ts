/** The dispatcher's role alone: brings the outbox to Temporal and mends what came apart. Set DISPATCHER=0 for the API then. */
import { createServer } from 'node:http';
import { pino } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { readConfig } from '../src/config.ts';
import { createDataSource } from '../src/db/data-source.ts';
import { createDatabase } from '../src/db/record.ts';
import { createFeed } from '../src/feed/feed.ts';
import { createTemporalClient } from '../src/temporal/client.ts';
import { type Dispatching, startDispatching } from '../src/temporal/start-dispatching.ts';

const config = readConfig();
const logger = pino({ level: config.logLevel, base: { role: 'dispatcher' } });

async function main(): Promise<void> {
  const dataSource = createDataSource({ ...config.database, applicationName: 'adjutant-dispatcher' });
  await dataSource.initialize();
  const feed = createFeed({ redisUrl: config.redisUrl, logger });
  const db = createDatabase(dataSource, feed.bell);
  const client = createTemporalClient(config.temporal);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      logger.info('The dispatcher is closing.');
      await dispatching.stop();
      health.close();
      health.closeAllConnections();
      await feed.close();
      await client.connection.close();
      await dataSource.destroy();
    })();
  };
  const dispatching = startDispatching({
    db,
    feed,
    client,
    address: config.temporal.address,
    logger,
    registry,
    onRefused: (error) => {
      logger.fatal({ error: error.message }, 'The dispatcher may not start');
      process.exitCode = 1;
      stop();
    },
  });
  const health = serveHealth(dispatching, registry);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  logger.info('The dispatcher has started.');
}

/** `/livez`: the process is there. `/readyz`: it dispatches. `/status` and `/metrics` say how it goes. */
function serveHealth(dispatching: Dispatching, registry: Registry) {
  const server = createServer((request, response) => {
    const status = dispatching.status();
    if (request.url === '/metrics') {
      registry.metrics().then(
        (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
        () => response.writeHead(500).end('The metrics could not be read'),
      );
    } else if (request.url === '/status') {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(status));
    } else {
      const well = request.url === '/livez' || (status.joined && status.dispatcher?.temporal !== 'away');
      response.writeHead(well ? 200 : 503).end(well ? 'ok' : 'not dispatching');
    }
  });
  return server.listen(config.worker.healthPort, '127.0.0.1');
}

main().catch((error: unknown) => {
  logger.fatal({ err: error }, 'The dispatcher ended');
  process.exit(1);
});
