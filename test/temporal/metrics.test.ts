import { test } from '@jest/globals';
import { Registry } from 'prom-client';
import { createDispatcherMetrics } from '../../src/temporal/metrics.ts';
import { closeLater } from '../support/close-later.ts';
import { privateRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { addTask, openFeed, openRecord } from './support.ts';

test('the queue and the backlog are in the metrics: what nobody has read, what was taken and is not done', async () => {
  const feed = openFeed((await privateRedis()).url);
  await feed.ready();
  const record = await openRecord(feed.bell);
  const registry = new Registry();
  createDispatcherMetrics(registry, { db: record.db, feed });
  const say = async (...lines: string[]) =>
    waitFor(
      async () => {
        const text = await registry.metrics();
        if (!lines.every((line) => text.includes(`${line}\n`))) throw new Error(text);
        return true;
      },
      { what: lines.join(', ') },
    );
  const queue = (what: string, n: number) => `adjutant_dispatch_queue_entries{what="${what}"} ${n}`;

  for (let n = 0; n < 3; n += 1) await addTask(record, {}, true);
  await say(queue('length', 3), queue('lag', 3), queue('pending', 0));
  await say('adjutant_outbox_entries{status="ready"} 3', 'adjutant_outbox_entries{status="dead"} 0');

  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const reader = feed.queue.read({ consumer: 'slow', onIds: () => released });
  closeLater('the reader', () => reader.stop());
  await say(queue('length', 3), queue('lag', 0), queue('pending', 3));
  release();
  await say(queue('length', 0), queue('lag', 0), queue('pending', 0));
});
