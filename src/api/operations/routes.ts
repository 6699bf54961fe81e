import type { Express, Request, RequestHandler, Response } from 'express';
import type { OperationsStatus, OutboxState } from '../../contracts/operations.ts';
import { readReconciled } from '../../db/installation-store.ts';
import type { Database } from '../../db/record.ts';
import { whoCalls } from '../auth/who-calls.ts';
import type { Door } from '../door/door.ts';
import type { HttpMetrics } from './http-metrics.ts';

export interface Health {
  /** False from the moment a shut-down begins. */
  accepting(): boolean;
  /** Reported, not required: without Redis everything works, only later. */
  redis(): boolean;
}

const startedAt = new Date();
const answersWithin = 2000;

export function operationsRoutes(
  app: Express,
  { door, health, metrics }: { door: Door; health?: Health | undefined; metrics: HttpMetrics },
): void {
  app.get('/livez', (_request, response) => {
    sendPlain(response, 200, { status: 'alive' });
  });
  app.get(
    '/readyz',
    withErrors(async (_request, response) => {
      const accepting = health?.accepting() ?? true;
      const database = await databaseAnswers(door.db);
      const ready = accepting && database;
      sendPlain(response, ready ? 200 : 503, {
        status: ready ? 'ready' : 'not ready',
        accepting,
        database,
        redis: health?.redis() ?? null,
      });
    }),
  );
  app.get(
    '/status',
    withErrors(async (request, response) => {
      await whoCalls(door, request);
      const database = await databaseAnswers(door.db);
      const outbox = database ? await readOutbox(door.db) : null;
      const reconciled = database ? await readReconciled(door.db) : null;
      const status: OperationsStatus = {
        startedAt: startedAt.toISOString(),
        database,
        redis: health?.redis() ?? null,
        outbox,
        reconciled,
      };
      sendPlain(response, 200, status);
    }),
  );
  app.get(
    '/metrics',
    withErrors(async (request, response) => {
      await whoCalls(door, request);
      response.type(metrics.registry.contentType).end(await metrics.registry.metrics());
    }),
  );
}

function withErrors(handle: (request: Request, response: Response) => Promise<void>): RequestHandler {
  return (request, response, next) => {
    response.locals.route = request.path;
    handle(request, response).catch(next);
  };
}

function sendPlain(response: Response, status: number, body: object): void {
  response.status(status).set('Cache-Control', 'no-store').type('application/json').end(JSON.stringify(body));
}

async function databaseAnswers(db: Database): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, answersWithin, false).unref());
  const asked = db.acrossWorkspaces('SELECT 1').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]);
}

async function readOutbox(db: Database): Promise<OutboxState | null> {
  const [row] = await db.acrossWorkspaces<OutboxState>(
    `SELECT count(*) FILTER (WHERE status IN ('ready', 'leased')) AS ready, count(*) FILTER (WHERE status = 'dead') AS dead,
       extract(epoch FROM now() - min(created_at) FILTER (WHERE status IN ('ready', 'leased')))::float8 AS oldest_seconds
     FROM outbox WHERE status <> 'done'`,
  );
  return row ?? null;
}
