import { randomUUID } from 'node:crypto';
import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Database } from '../db/record.ts';
import { allRoutes, type RouteParts } from './all-routes.ts';
import { docsRoutes } from './docs/routes.ts';
import type { Door } from './door/door.ts';
import { answerErrors } from './door/answer-errors.ts';
import { closeDoor } from './door/close-door.ts';
import { limitRates, type RateLimits } from './door/limit-rates.ts';
import { logRequests } from './door/log-requests.ts';
import { secureHeaders } from './door/secure-headers.ts';
import { type Health, operationsRoutes } from './operations/routes.ts';
import { createHttpMetrics, type HttpMetrics } from './operations/http-metrics.ts';
import { servePage } from './page/serve-page.ts';

export interface AppOptions extends RouteParts {
  db: Database;
  publicUrl: string;
  logger: Logger;
  /** The folder of the built page; it may be missing. */
  webDir?: string;
  health?: Health;
  metrics?: HttpMetrics;
  rateLimits?: RateLimits;
}

/** The whole HTTP side as one Express app; nothing listens yet. */
export function createApp(options: AppOptions): Express {
  const { db, publicUrl, logger } = options;
  const app = express();
  const metrics = options.metrics ?? createHttpMetrics();
  app.disable('x-powered-by').set('etag', false).set('trust proxy', 'loopback');
  app.use((request, response, next) => {
    const given = request.get('x-request-id');
    const id = given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
    request.id = id;
    response.locals.requestId = id;
    response.set('X-Request-Id', id);
    next();
  });
  app.use(logRequests(logger), metrics.measure, secureHeaders(publicUrl), compressReads());

  const router = express.Router({ caseSensitive: true });
  const door: Door = { router, db, publicUrl, operations: [] };
  router.use(limitRates(options.rateLimits));
  allRoutes(door, options);
  docsRoutes(app, door);
  closeDoor(door);
  app.use('/api/v2', router);
  operationsRoutes(app, { door, health: options.health, metrics });
  servePage(app, options.webDir);
  app.use(answerErrors(logger));
  return app;
}

/**
 * What is read may be long; answers to commands are short. They go unwrapped, since a response that is wrapped is kept in memory by V8 until
 * its next full collection, and copied by every small one before.
 */
function compressReads(): RequestHandler {
  const compress = compression();
  return (request, response, next) => (request.method === 'GET' ? compress(request, response, next) : next());
}
