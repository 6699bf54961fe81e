import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { readBacklog } from '../db/outbox-store.ts';
import type { Database } from '../db/record.ts';
import type { Feed } from '../feed/feed.ts';

export interface DispatcherMetrics {
  /** @param seconds from the entry's commit to the signal's arrival. */
  dispatched(seconds: number): void;
  /** @param seconds of one call to Temporal. */
  called(seconds: number): void;
  failed(why: 'refused' | 'away' | 'dead'): void;
}

const buckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** Once per registry. Gauges ask the record and Redis when they are scraped. */
export function createDispatcherMetrics(
  registry: Registry,
  { db, feed }: { db: Database; feed: Pick<Feed, 'queue'> },
): DispatcherMetrics {
  const registers = [registry];
  const latency = new Histogram({
    name: 'adjutant_dispatch_latency_seconds',
    help: 'From the commit of an outbox entry to the arrival of its signal in Temporal',
    buckets,
    registers,
  });
  const call = new Histogram({
    name: 'adjutant_dispatch_call_seconds',
    help: 'One signal-with-start call to Temporal',
    buckets,
    registers,
  });
  const failures = new Counter({
    name: 'adjutant_dispatch_failures_total',
    help: 'Tries that did not arrive, by reason',
    labelNames: ['why'],
    registers,
  });
  new Gauge({
    name: 'adjutant_outbox_entries',
    help: 'Outbox entries by status',
    labelNames: ['status'],
    registers,
    async collect() {
      const { ready, leased, dead } = await readBacklog(db);
      for (const [status, count] of Object.entries({ ready, leased, dead })) this.set({ status }, count);
    },
  });
  new Gauge({
    name: 'adjutant_dispatch_queue_entries',
    help: 'The Redis Stream in front of the dispatcher: its length, pending and unread entries',
    labelNames: ['what'],
    registers,
    async collect() {
      const stats = await feed.queue.stats();
      for (const [what, count] of Object.entries(stats ?? {})) this.set({ what }, count);
    },
  });
  return {
    dispatched: (seconds) => latency.observe(seconds),
    called: (seconds) => call.observe(seconds),
    failed: (why) => failures.inc({ why }),
  };
}

export interface ReconcilerMetrics {
  repaired(what: 'woken' | 'cancelled' | 'failed'): void;
  unserved(queues: number): void;
}

/** Once per registry. */
export function createReconcilerMetrics(registry: Registry): ReconcilerMetrics {
  const registers = [registry];
  const repairs = new Counter({
    name: 'adjutant_repairs_total',
    help: 'What the reconciler mended',
    labelNames: ['what'],
    registers,
  });
  const unserved = new Gauge({
    name: 'adjutant_unserved_queues',
    help: 'Task queues that no worker polls',
    registers,
  });
  return { repaired: (what) => repairs.inc({ what }), unserved: (queues) => unserved.set(queues) };
}
