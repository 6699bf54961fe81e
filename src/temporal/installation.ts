import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import {
  type Belonging,
  belongTo,
  dropLease,
  takeLease,
  type TemporalIdentity,
} from '../db/installation-store.ts';
import { openRows } from '../db/open-rows.ts';
import type { Database } from '../db/record.ts';
import { AppError } from '../errors.ts';
import { describeError } from './classify-outage.ts';
import { wakeRows } from './wake-rows.ts';

/**
 * A database belongs to one Temporal namespace. Started against another one (a new server, a lost store), everything that has not
 * ended is woken there from the record; but not while a dispatcher of the old one is alive, or two would work on one task.
 */
export interface InstallationOptions {
  db: Database;
  client: Client;
  address: string;
  owner: string;
  logger: Logger;
  leaseMs?: number;
  /** Ends the waiting for a dead dispatcher's lease to run out. */
  signal?: AbortSignal;
}

export interface Installation {
  /** How many unfinished rows were woken because the namespace is another one. */
  woken: number;
  /** Gives the lease back; to be called when the dispatcher has stopped. */
  leave(): Promise<void>;
}

const page = 500;

/** @throws AppError `conflict` when the database belongs to another namespace whose dispatcher is alive. */
export async function joinInstallation(options: InstallationOptions): Promise<Installation> {
  const { db, owner, logger, leaseMs = 15_000 } = options;
  const identity = await readIdentity(options);
  const belonging = await belongPatiently(options, identity, leaseMs);
  if (belonging === 'refused') {
    throw new AppError(
      'conflict',
      `This database belongs to another Temporal namespace, and a dispatcher of it is alive. Stop that first, then start with ${identity.address}.`,
    );
  }
  const lease = { name: `dispatcher/${owner}`, owner };
  await takeLease(db, { ...lease, ms: leaseMs });
  const renewal = setInterval(() => {
    takeLease(db, { ...lease, ms: leaseMs }).catch((error: unknown) => {
      logger.warn({ error: describeError(error) }, 'The dispatcher’s lease could not be renewed');
    });
  }, leaseMs / 3).unref();
  const woken = belonging === 'moved' ? await wakeEverything(db, logger) : 0;
  logger.info({ ...identity, belonging, woken }, 'Joined the Temporal namespace');
  return {
    woken,
    async leave() {
      clearInterval(renewal);
      await dropLease(db, lease).catch(() => {}); // it runs out
    },
  };
}

/** A dispatcher that was killed leaves a lease behind; whether it is alive shows when that would have been renewed. */
async function belongPatiently(
  { db, logger, signal }: InstallationOptions,
  identity: TemporalIdentity,
  leaseMs: number,
): Promise<Belonging> {
  const deadline = Date.now() + leaseMs + 1000;
  for (let told = false; ; told = true) {
    const belonging = await belongTo(db, identity);
    if (belonging !== 'refused' || Date.now() > deadline || signal?.aborted) return belonging;
    if (!told)
      logger.warn(
        'This database belongs to another Temporal namespace; looking whether its dispatcher is alive',
      );
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, leaseMs / 4)));
  }
}

async function readIdentity({ client, address }: InstallationOptions): Promise<TemporalIdentity> {
  const { namespace } = client.options;
  const { namespaceInfo } = await client.connection.withDeadline(Date.now() + 5000, () =>
    client.workflowService.describeNamespace({ namespace }),
  );
  if (!namespaceInfo?.id)
    throw new AppError('unavailable', `Temporal did not say the id of namespace ${namespace}.`);
  return { namespaceId: namespaceInfo.id, namespace, address };
}

async function wakeEverything(db: Database, logger: Logger): Promise<number> {
  let woken = 0;
  for (let after = ''; ; ) {
    const rows = await openRows(db, after, page);
    woken += await wakeRows(db, rows, 'Temporal is another one than before; it goes on from the record.');
    const last = rows.at(-1);
    if (!last || rows.length < page) break;
    after = last.target;
  }
  if (woken > 0)
    logger.warn(
      { woken },
      'The Temporal namespace is another one than before: everything unfinished was woken',
    );
  return woken;
}
