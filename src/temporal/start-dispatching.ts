import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { Database } from '../db/record.ts';
import { cancelByOperations, failByDispatch } from '../db/standing/operations.ts';
import { isAppError } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
import { describeError } from './classify-outage.ts';
import { ensureSearchAttributes } from './client.ts';
import { type DispatcherStatus, startDispatcher } from './dispatcher.ts';
import { type Installation, joinInstallation } from './installation.ts';
import { createDispatcherMetrics, createReconcilerMetrics } from './metrics.ts';
import { type ReconcilerStatus, startReconciler } from './reconciler.ts';
import { createServeTarget } from './serve-target.ts';

/**
 * The dispatcher's role, in the API process or alone: joins the Temporal namespace, then dispatches and reconciles. Temporal need not
 * be there yet; until it is, entries wait in the outbox.
 */
export interface DispatchingOptions {
  db: Database;
  feed: Pick<Feed, 'queue'>;
  client: Client;
  /** Temporal's, to be remembered with the namespace. */
  address: string;
  logger: Logger;
  registry?: Registry;
  /** Called when it can never work: the database belongs to another namespace whose dispatcher is alive. */
  onRefused: (error: Error) => void;
}

export interface DispatchingStatus {
  joined: boolean;
  dispatcher: DispatcherStatus | null;
  reconciler: ReconcilerStatus | null;
}

export interface Dispatching {
  status(): DispatchingStatus;
  stop(): Promise<void>;
}

const retryMs = 1000;

/** Starts at once, and never rejects. */
export function startDispatching(options: DispatchingOptions): Dispatching {
  const { db, feed, client, logger, registry } = options;
  const owner = `${hostname()}-${process.pid}-${Date.now().toString(36)}`;
  const stopping = new AbortController();
  let parts:
    | {
        installation: Installation;
        dispatcher: ReturnType<typeof startDispatcher>;
        reconciler: ReturnType<typeof startReconciler>;
      }
    | undefined;

  const run = async () => {
    const installation = await joinPatiently({ ...options, owner }, stopping.signal);
    if (!installation) return;
    await ensureSearchAttributes(client, logger);
    const failTarget = (target: string, message: string) => failByDispatch(db, target, message);
    const shared = { db, logger, owner, failTarget };
    const dispatcher = startDispatcher({
      ...shared,
      feed,
      startTarget: createServeTarget(client, db),
      metrics: registry && createDispatcherMetrics(registry, { db, feed }),
    });
    const reconciler = startReconciler({
      ...shared,
      client,
      cancelByOperations: (target) => cancelByOperations(db, target),
      metrics: registry && createReconcilerMetrics(registry),
    });
    parts = { installation, dispatcher, reconciler };
  };
  const running = run().catch((error: unknown) => {
    options.onRefused(error instanceof Error ? error : new Error(String(error)));
  });

  return {
    status: () => ({
      joined: parts !== undefined,
      dispatcher: parts?.dispatcher.status() ?? null,
      reconciler: parts?.reconciler.status() ?? null,
    }),
    async stop() {
      stopping.abort();
      await running;
      await Promise.all([parts?.dispatcher.stop(), parts?.reconciler.stop()]);
      await parts?.installation.leave();
    },
  };
}

/** Undefined when it was stopped meanwhile. */
async function joinPatiently(
  options: Parameters<typeof joinInstallation>[0],
  signal: AbortSignal,
): Promise<Installation | undefined> {
  let said = false;
  while (!signal.aborted) {
    try {
      return await joinInstallation({ ...options, signal });
    } catch (error) {
      if (isAppError(error) && error.code === 'conflict') throw error;
      if (!said)
        options.logger.warn(
          { error: describeError(error) },
          'Temporal or the database is not there yet; trying again',
        );
      said = true;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, retryMs);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
  return undefined;
}
