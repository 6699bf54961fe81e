import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { orchestrateQueue } from '../../workflows/messages.ts';
import { dropLease, takeLease, writeReconciled } from '../db/installation-store.ts';
import { callForgotten } from '../db/assignment/capacity-waiters.ts';
import { healSlots } from '../db/assignment/heal-slots.ts';
import { beganAgainSince, deadRows, type OpenRow, settledRows } from '../db/open-rows.ts';
import { pruneDone } from '../db/outbox-store.ts';
import type { Database } from '../db/record.ts';
import { describeError } from './classify-outage.ts';
import {
  type Closed,
  describe,
  type Execution,
  isServed,
  runningIds,
  terminatedSince,
} from './executions.ts';
import type { ReconcilerMetrics } from './metrics.ts';
import { wakeRows } from './wake-rows.ts';

/**
 * Compares what is open in the record with what is open in Temporal, so that everything is seen within 30 s, in one process
 * at a time.
 *
 * 1. Terminated or cancelled by hand in Temporal → the record says cancelled by `operations`.
 * 2. Reset, lost or ended while the row is open → woken through the outbox, with an event `repair.made`.
 * 3. No worker on a queue → said, in the record too, so that every API process shows it. Nothing counts as lost meanwhile: a parent may
 *    not have come to start it yet.
 * 4. Counts of what agents have in hand that differ from their tasks are mended; who waits beside a free slot is called.
 * 5. Before anything is mended the row is read again: what has ended or waits in the outbox by then is left alone.
 */
export interface ReconcilerOptions {
  db: Database;
  client: Client;
  owner: string;
  logger: Logger;
  /** Must change nothing when the target has ended already. */
  cancelByOperations: (target: string) => Promise<void>;
  failTarget: (target: string, message: string) => Promise<void>;
  metrics?: ReconcilerMetrics;
  everyMs?: number;
  /** Queues are looked at more often: what waits there shows it late, when a worker is lost with what it held. */
  queuesEveryMs?: number;
  /** Before the first pass: after a common start the workers need a moment. */
  firstMs?: number;
  /** Rows younger than this may not have been started yet. */
  graceMs?: number;
  queues?: { name: string; kind: 'workflow' | 'activity' }[];
}

export interface ReconcilerStatus {
  /** True in the one process that does it. */
  leads: boolean;
  lastPassAt: number | null;
  repairs: { woken: number; cancelled: number; failed: number };
  /** Queues without a worker, as `name (kind)`. */
  unserved: string[];
}

export interface Reconciler {
  status(): ReconcilerStatus;
  /** One pass now; for tests and for an operator's command. */
  pass(): Promise<void>;
  stop(): Promise<void>;
}

const defaultQueues: ReconcilerOptions['queues'] = [
  { name: orchestrateQueue, kind: 'workflow' },
  ...['models', 'tools', 'files'].map((name) => ({ name, kind: 'activity' as const })),
];
const leaseName = 'reconciler';
const page = 500;
const atOnce = 8;
const keepDoneHours = 2;

const why = {
  missing: 'Temporal did not know it any more.',
  ended: 'Its Temporal workflow had ended although it is not finished.',
  reset: 'Operations reset its Temporal workflow.',
} as const;

export function startReconciler(options: ReconcilerOptions): Reconciler {
  return new RunningReconciler({
    everyMs: 20_000,
    queuesEveryMs: 5000,
    firstMs: 10_000,
    graceMs: 30_000,
    queues: defaultQueues,
    ...options,
  });
}

type Settings = ReconcilerOptions &
  Required<Pick<ReconcilerOptions, 'everyMs' | 'queuesEveryMs' | 'firstMs' | 'graceMs'>>;

class RunningReconciler implements Reconciler {
  private readonly options: Settings;
  private readonly timer: NodeJS.Timeout;
  private readonly queuesTimer: NodeJS.Timeout;
  private readonly first: NodeJS.Timeout;
  private readonly seen: ReconcilerStatus = {
    leads: false,
    lastPassAt: null,
    repairs: { woken: 0, cancelled: 0, failed: 0 },
    unserved: [],
  };
  /** Resets that were answered, by run id. */
  private readonly answered = new Set<string>();
  private running: Promise<void> | undefined;
  private watching: Promise<void> | undefined;

  constructor(options: Settings) {
    this.options = options;
    this.timer = setInterval(() => void this.pass(), options.everyMs);
    this.queuesTimer = setInterval(() => this.watchQueues(), options.queuesEveryMs);
    this.first = setTimeout(() => void this.pass(), options.firstMs);
  }

  status(): ReconcilerStatus {
    return structuredClone(this.seen);
  }

  pass(): Promise<void> {
    this.running ??= this.passOnce()
      .catch((error: unknown) => {
        this.options.logger.warn(
          { error: describeError(error) },
          'The record could not be compared with Temporal',
        );
      })
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    clearInterval(this.queuesTimer);
    clearTimeout(this.first);
    await Promise.all([this.running, this.watching]);
    await dropLease(this.options.db, { name: leaseName, owner: this.options.owner }).catch(() => {}); // it runs out
  }

  /** Between two passes, in the process that leads. What cannot be asked now is asked by the next pass, which says why it cannot. */
  private watchQueues(): void {
    if (!this.seen.leads || this.running) return;
    this.watching ??= this.findUnserved()
      .then((changed) => (changed ? this.report() : undefined))
      .catch(() => {})
      .finally(() => {
        this.watching = undefined;
      });
  }

  private async passOnce(): Promise<void> {
    const { db, owner, client, everyMs } = this.options;
    this.seen.leads = await takeLease(db, { name: leaseName, owner, ms: everyMs * 3 });
    if (!this.seen.leads) return;
    const since = this.seen.lastPassAt ?? Date.now() - everyMs;
    const began = Date.now();
    await this.findUnserved();
    const terminated = await terminatedSince(client, since);
    await this.mendTerminated(terminated);
    await this.mendMissing();
    await this.failDead();
    await this.countSlots();
    await callForgotten(db);
    await pruneDone(db, keepDoneHours);
    this.seen.lastPassAt = began;
    await this.report();
  }

  private async report(): Promise<void> {
    const { db, owner, metrics } = this.options;
    const { unserved, repairs } = this.seen;
    metrics?.unserved(unserved.length);
    await writeReconciled(db, { by: owner, at: new Date().toISOString(), unserved, repairs });
  }

  private async countSlots(): Promise<void> {
    const healed = await healSlots(this.options.db);
    if (healed > 0) this.options.logger.warn({ agents: healed }, 'Counts of work in hand were mended');
  }

  /** @returns whether other queues than before are without a worker */
  private async findUnserved(): Promise<boolean> {
    const { client, queues = [], logger } = this.options;
    const before = new Set(this.seen.unserved);
    const served = await Promise.all(queues.map(({ name, kind }) => isServed(client, name, kind)));
    this.seen.unserved = queues
      .filter((_, index) => !served[index])
      .map(({ name, kind }) => `${name} (${kind})`);
    for (const queue of this.seen.unserved) {
      if (!before.has(queue)) logger.error({ queue }, 'No worker serves this queue: nothing on it goes on');
    }
    for (const queue of before) {
      if (!this.seen.unserved.includes(queue)) logger.info({ queue }, 'A worker serves this queue again');
    }
    return (
      before.size !== this.seen.unserved.length || this.seen.unserved.some((queue) => !before.has(queue))
    );
  }

  /** Terminated lately, and not ended in the record: by hand, for a reset, or by hand with something waking it right after. */
  private async mendTerminated(closed: Closed[]): Promise<void> {
    const { db, client } = this.options;
    const fresh = closed.filter(({ runId, target }) => !this.answered.has(runId) && !isFile(target));
    if (fresh.length === 0) return;
    const open = await settledRows(db, {
      targets: fresh.map(({ target }) => target),
      graceMs: 0,
      limit: fresh.length,
    });
    await eachAtOnce(open, async (row) => {
      const execution = await describe(client, row.target);
      const runs = fresh.filter(({ target }) => target === row.target);
      if (execution.status === 'running' && execution.reset) await this.wake(row, why.reset);
      else if (isByHand(execution.status) || !(await beganAgainSince(db, row.target, latest(runs)))) {
        await this.cancel(row);
      }
      for (const { runId } of runs) this.answered.add(runId);
    });
  }

  private async mendMissing(): Promise<void> {
    const { db, client, graceMs } = this.options;
    const running = await runningIds(client);
    for (let after = ''; ; ) {
      const rows = await settledRows(db, { targets: null, graceMs, after, limit: page });
      await eachAtOnce(
        rows.filter((row) => !running.has(row.target)),
        async (row) => this.mend(row),
      );
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = last.target;
    }
  }

  private async mend(row: OpenRow): Promise<void> {
    const { status } = await describe(this.options.client, row.target);
    if (status === 'running') return;
    if (isByHand(status) && !isFile(row.target)) return this.cancel(row);
    if (isByHand(status)) return this.wake(row, why.ended); // a file has no state "cancelled": it is read again
    const idle = this.seen.unserved.some((queue) => queue.startsWith(orchestrateQueue));
    if (status === 'ended' || !idle) await this.wake(row, why[status]);
  }

  private async wake(row: OpenRow, reason: string): Promise<void> {
    if (!(await this.isStillOpen(row))) return;
    await wakeRows(this.options.db, [row], reason);
    this.count('woken', row, reason);
  }

  private async cancel(row: OpenRow): Promise<void> {
    if (!(await this.isStillOpen(row))) return;
    await this.options.cancelByOperations(row.target);
    this.count('cancelled', row, 'Operations ended its Temporal workflow by hand.');
  }

  private async failDead(): Promise<void> {
    for (const row of await deadRows(this.options.db)) {
      const reason = `It could not be handed to Temporal: ${row.lastError ?? 'unknown'}`;
      await this.options.failTarget(row.target, reason);
      this.count('failed', row, reason);
    }
  }

  private async isStillOpen({ target }: OpenRow): Promise<boolean> {
    return (await settledRows(this.options.db, { targets: [target], graceMs: 0, limit: 1 })).length > 0;
  }

  private count(what: keyof ReconcilerStatus['repairs'], { target }: OpenRow, reason: string): void {
    this.seen.repairs[what] += 1;
    this.options.metrics?.repaired(what);
    this.options.logger.warn({ target, what, reason }, 'Repaired');
  }
}

function isFile(target: string): boolean {
  return target.startsWith('file/');
}

function isByHand(status: Execution['status']): status is 'terminated' | 'cancelled' {
  return status === 'terminated' || status === 'cancelled';
}

function latest(runs: Closed[]): Date {
  return new Date(Math.max(...runs.map(({ closedAt }) => closedAt.getTime())));
}

async function eachAtOnce<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = [...items];
  const walk = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, walk));
}
