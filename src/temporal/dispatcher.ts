import type { Logger } from 'pino';
import { claimEntries, type ClaimedEntry, markDead, putBack } from '../db/outbox-store.ts';
import type { Database } from '../db/record.ts';
import type { Feed } from '../feed/feed.ts';
import { describeError, isOutage } from './classify-outage.ts';
import { createDoneMarks, type DoneMarks } from './done-marks.ts';
import type { DispatcherMetrics } from './metrics.ts';
import type { StartTarget, Target } from './start-target.ts';

/**
 * Brings outbox entries to Temporal.
 *
 * 1. Woken by the queue right after a commit, and by a sweep of the outbox every second that finds what the queue forgot.
 * 2. An entry is claimed with a lease by one short UPDATE; no transaction is open while Temporal is called. Entries of one target
 *    that wait together are one call.
 * 3. A call may have arrived although its answer was lost: it is sent again, which only makes a workflow look once more.
 * 4. After `maxTries` refusals the target fails with `dispatch_failed` and the entry is `dead`. While Temporal as a whole is away
 *    nothing counts: everything goes back, one entry a second is the probe, its success opens the door again.
 */
export interface DispatcherOptions {
  db: Database;
  feed: Pick<Feed, 'queue'>;
  startTarget: StartTarget;
  /** Ends the target with a typed failure; must change nothing when it has ended already. */
  failTarget: (target: string, message: string) => Promise<void>;
  logger: Logger;
  metrics?: DispatcherMetrics;
  /** Unique per process; also the consumer's name in the queue. */
  owner: string;
  inFlight?: number;
  leaseMs?: number;
  sweepMs?: number;
  maxTries?: number;
  /** Milliseconds before try n + 1. */
  backoffMs?: (tries: number) => number;
}

export interface DispatcherStatus {
  temporal: 'unknown' | 'up' | 'away';
  inFlight: number;
  waiting: number;
  dispatched: number;
  failedTries: number;
  dead: number;
  lastError: string | null;
}

export interface Dispatcher {
  status(): DispatcherStatus;
  /** Ends what is under way, gives the rest back. */
  stop(): Promise<void>;
}

interface Batch extends Target {
  entries: ClaimedEntry[];
  claimedAt: number;
}

const defaults = { inFlight: 16, leaseMs: 30_000, sweepMs: 1000, maxTries: 20 };

type Settings = Required<Omit<DispatcherOptions, 'metrics'>> & Pick<DispatcherOptions, 'metrics'>;

/** Starts at once. */
export function startDispatcher(options: DispatcherOptions): Dispatcher {
  return new RunningDispatcher({ ...defaults, backoffMs: exponential, ...options });
}

class RunningDispatcher implements Dispatcher {
  private readonly options: Settings;
  private readonly marks: DoneMarks;
  private readonly reader: { stop(): Promise<void> };
  private readonly timer: NodeJS.Timeout;
  /** Claimed entries by target, oldest first, that no call carries yet. */
  private readonly waiting = new Map<string, Batch>();
  private readonly calls = new Set<Promise<void>>();
  private readonly wantRoom: (() => void)[] = [];
  private readonly seen: Omit<DispatcherStatus, 'inFlight' | 'waiting'> = {
    temporal: 'unknown',
    dispatched: 0,
    failedTries: 0,
    dead: 0,
    lastError: null,
  };
  private lastSuccess = 0;
  private stopping = false;
  private sweeping: Promise<void> | undefined;
  /** The last sweep took all it could: there is more in the outbox. */
  private more = false;

  constructor(options: Settings) {
    this.options = options;
    this.marks = createDoneMarks(options.db, options.logger);
    this.reader = options.feed.queue.read({ consumer: options.owner, onIds: (ids) => this.onIds(ids) });
    this.timer = setInterval(() => void this.sweep(), options.sweepMs);
    void this.sweep();
  }

  status(): DispatcherStatus {
    return { ...this.seen, inFlight: this.calls.size, waiting: this.waiting.size };
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    for (const go of this.wantRoom.splice(0)) go();
    await this.reader.stop();
    await this.sweeping;
    // A call that ends makes room for the next batch, which is given back in a call of its own.
    while (this.waiting.size > 0 || this.calls.size > 0) {
      await this.giveBack(this.takeWaiting(), { delayMs: 0 }).catch(() => {}); // else their leases run out
      await Promise.all(this.calls);
    }
    await this.marks.close();
  }

  /** Three rounds of calls at most are claimed ahead, which fit well into a lease. */
  private room(): number {
    return this.options.inFlight * 3 - this.calls.size - this.waiting.size;
  }

  private async onIds(ids: string[]): Promise<void> {
    while (!this.stopping && this.room() <= 0) {
      await new Promise<void>((resolve) => this.wantRoom.push(resolve));
    }
    if (!this.stopping && this.seen.temporal !== 'away') await this.claim(ids);
  }

  private sweep(): Promise<void> {
    this.sweeping ??= this.sweepOnce()
      .catch((error: unknown) => {
        this.options.logger.warn({ error: describeError(error) }, 'The outbox could not be swept');
      })
      .finally(() => {
        this.sweeping = undefined;
      });
    return this.sweeping;
  }

  private async sweepOnce(): Promise<void> {
    this.more = this.stopping || this.room() <= 0 || (await this.claim());
  }

  /** True when there may be more to claim. */
  private async claim(ids?: string[]): Promise<boolean> {
    const limit = this.seen.temporal === 'away' ? 1 : Math.max(1, this.room());
    const entries = await claimEntries(this.options.db, { limit, leaseMs: this.options.leaseMs, ids });
    for (const entry of entries) {
      const batch = this.waiting.get(entry.target);
      if (batch) batch.entries.push(entry);
      else this.waiting.set(entry.target, { ...entry, entries: [entry], claimedAt: Date.now() });
    }
    this.pump();
    return entries.length === limit;
  }

  private pump(): void {
    for (const [target, batch] of this.waiting) {
      if (this.calls.size >= this.options.inFlight) return;
      this.waiting.delete(target);
      const call = this.dispatch(batch).catch((error: unknown) => {
        this.options.logger.error(
          { error: describeError(error), target },
          'An entry could not be given back; its lease runs out',
        );
      });
      this.calls.add(call);
      void call.finally(() => this.afterCall(call));
    }
  }

  private afterCall(call: Promise<void>): void {
    this.calls.delete(call);
    this.pump();
    if (this.room() > 0) for (const go of this.wantRoom.splice(0)) go();
    if (this.more && !this.stopping && this.room() >= this.options.inFlight) void this.sweep();
  }

  private async dispatch(batch: Batch): Promise<void> {
    const leaseIsOld = Date.now() - batch.claimedAt > this.options.leaseMs / 2;
    if (this.stopping || leaseIsOld) return this.giveBack(batch.entries, { delayMs: 0 });
    const begun = Date.now();
    try {
      await this.options.startTarget(batch);
    } catch (error) {
      return this.onFailure(batch, error);
    }
    this.onSuccess(batch, begun);
  }

  private onSuccess(batch: Batch, begun: number): void {
    const { seen, options } = this;
    this.lastSuccess = Date.now();
    if (seen.temporal === 'away') {
      options.logger.info('Temporal is back');
      this.more = true;
    }
    seen.temporal = 'up';
    seen.dispatched += batch.entries.length;
    options.metrics?.called((this.lastSuccess - begun) / 1000);
    for (const { ageMs } of batch.entries) {
      options.metrics?.dispatched((ageMs + this.lastSuccess - batch.claimedAt) / 1000);
    }
    this.marks.add(
      batch.target,
      batch.entries.map((entry) => entry.id),
    );
  }

  private async onFailure(batch: Batch, error: unknown): Promise<void> {
    const message = describeError(error);
    const { db, logger, metrics, maxTries, backoffMs } = this.options;
    this.seen.lastError = message;
    if (isOutage(error, Date.now() - this.lastSuccess)) return this.onOutage(batch, message);
    this.seen.failedTries += 1;
    metrics?.failed('refused');
    logger.warn({ target: batch.target, error: message }, 'Temporal refused an entry');
    for (const entry of batch.entries) {
      if (entry.tries >= maxTries) await this.bury(entry, message);
      else
        await putBack(db, {
          entries: [entry],
          delayMs: backoffMs(entry.tries),
          error: message,
          counts: true,
        });
    }
  }

  private async onOutage(batch: Batch, message: string): Promise<void> {
    const { logger, metrics, sweepMs } = this.options;
    if (this.seen.temporal !== 'away') {
      logger.error({ error: message }, 'Temporal cannot be reached; entries wait in the outbox');
    }
    this.seen.temporal = 'away';
    metrics?.failed('away');
    await this.giveBack([...batch.entries, ...this.takeWaiting()], { delayMs: sweepMs, error: message });
  }

  private async bury(entry: ClaimedEntry, message: string): Promise<void> {
    const { db, failTarget, logger, metrics } = this.options;
    await failTarget(entry.target, `It could not be handed to Temporal in ${entry.tries} tries: ${message}`);
    if (!(await markDead(db, { id: entry.id, tries: entry.tries, error: message }))) return;
    this.seen.dead += 1;
    metrics?.failed('dead');
    logger.error({ target: entry.target, tries: entry.tries, error: message }, 'An outbox entry is dead');
  }

  private takeWaiting(): ClaimedEntry[] {
    const entries = [...this.waiting.values()].flatMap((batch) => batch.entries);
    this.waiting.clear();
    return entries;
  }

  private async giveBack(
    entries: ClaimedEntry[],
    { delayMs, error = null }: { delayMs: number; error?: string | null },
  ) {
    if (entries.length > 0) await putBack(this.options.db, { entries, delayMs, error, counts: false });
  }
}

/** 0.2 s, doubled up to a minute, with a fifth of chance so that many do not come back at once. */
function exponential(tries: number): number {
  return Math.min(60_000, 100 * 2 ** tries) * (0.8 + Math.random() * 0.4);
}
