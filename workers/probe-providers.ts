/**
 * Asks providers that are out of service how they are, and lets parked tasks go on.
 *
 * 1. One process at a time, by a lease; the others stand by.
 * 2. A provider that answers is not yet well: one parked task tries it. Its success releases the others, its failure makes the next
 *    probe come later. The task that tried last is not sent again while another waits, so that one that always fails stops nobody.
 * 3. Whoever may go on is woken in fair order: workspaces take turns, the oldest first within one.
 */
import type { Logger } from 'pino';
import { fairOrder } from '../src/core/fair-order.ts';
import { dropLease, takeLease } from '../src/db/installation-store.ts';
import type { ProviderHealthRow } from '../src/db/mappings/provider-health.ts';
import {
  beginTrial,
  dueBreakers,
  keepOpen,
  type ParkedTask,
  parkedFor,
  postpone,
  releasedTasks,
} from '../src/db/providers/provider-health-store.ts';
import type { Database, Tx } from '../src/db/record.ts';
import { wakeTask } from '../src/db/standing/wake-model-waiters.ts';
import type { ModelRegistry } from '../src/models/registry.ts';
import type { ModelsOfWorkspaces } from '../src/models/workspace-models.ts';
import { startRounds } from './rounds.ts';

export interface ProbeParts {
  db: Database;
  models: ModelsOfWorkspaces<Tx>;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** Names this process in the lease. */
  owner: string;
  tickMs?: number;
}

const leaseMs = 15_000;
const healthMs = 5_000;

export function startProbing(parts: ProbeParts): { stop(): Promise<void> } {
  const { db, logger, owner, tickMs = 1000 } = parts;
  return startRounds({
    everyMs: tickMs,
    round: async (signal) => {
      if (await takeLease(db, { name: 'probe', owner, ms: leaseMs })) await probeOnce(parts, signal);
    },
    onError: (error) => logger.warn({ err: error }, 'Probing the model providers failed; it is tried again.'),
    atEnd: () => dropLease(db, { name: 'probe', owner }).catch(() => undefined),
  });
}

/** @returns the ids of the tasks that were woken, in their order */
export async function probeOnce(parts: ProbeParts, signal: AbortSignal): Promise<string[]> {
  const due = Map.groupBy(await dueBreakers(parts.db), ({ account, provider }) => `${account}/${provider}`);
  const trials = await Promise.all([...due.values()].map((rows) => probeProvider(parts, rows, signal)));
  const released = fairOrder(await releasedTasks(parts.db));
  if (released.length > 0)
    parts.logger.info({ tasks: released.length }, 'A model is well again: parked tasks go on.');
  const woken = [...trials.flatMap((trial) => trial ?? []), ...released];
  await wakeAll(parts.db, woken);
  return woken.map(({ id }) => id);
}

/** One health call for all its models that are out; at most one of them is tried at a time. */
async function probeProvider(
  parts: ProbeParts,
  rows: ProviderHealthRow[],
  signal: AbortSignal,
): Promise<ParkedTask | null> {
  const { db, logger } = parts;
  const [first] = rows;
  if (!first) return null;
  const provider = (await registryOf(parts, first.account)).provider(first.provider);
  const health = await provider?.health(AbortSignal.any([signal, AbortSignal.timeout(healthMs)]));
  if (signal.aborted) return null;
  let trial: ParkedTask | null = null;
  for (const row of rows) {
    if (health && !health.ok) await keepOpen(db, row, health.problem ?? row.reason);
    else if (trial) await postpone(db, row);
    else {
      const waiting = fairOrder(await parkedFor(db, row));
      trial = provider ? (waiting.find(({ id }) => id !== row.trialTaskId) ?? waiting[0] ?? null) : null;
      await beginTrial(db, row, trial?.id ?? null);
    }
  }
  if (trial)
    logger.info(
      { provider: first.provider, task: trial.id },
      'The provider answers again: one task tries it.',
    );
  return trial;
}

async function registryOf({ db, models }: ProbeParts, account: string): Promise<ModelRegistry> {
  if (account === 'environment') return models.environment.registry;
  const { registry } = await db.inWorkspace({ workspaceId: account, actor: 'system' }, (tx) =>
    models.inTx(tx),
  );
  return registry;
}

/** A transaction each, unless two in a row are of one workspace: the outbox keeps the order. */
async function wakeAll(db: Database, tasks: ParkedTask[]): Promise<void> {
  for (let from = 0; from < tasks.length; ) {
    const workspaceId = tasks[from]?.workspaceId ?? '';
    const after = tasks.findIndex((task, i) => i > from && task.workspaceId !== workspaceId);
    const to = after === -1 ? tasks.length : after;
    await db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => {
      for (const task of tasks.slice(from, to)) wakeTask(tx, task);
    });
    from = to;
  }
}
