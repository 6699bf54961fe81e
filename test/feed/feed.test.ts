import { beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/db/new-id.ts';
import type { Feed } from '../../src/feed/feed.ts';
import type { Committed } from '../../src/feed/messages.ts';
import { closeLater } from '../support/close-later.ts';
import { privateRedis, type PrivateRedis, testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { openFeed } from '../temporal/support.ts';

let redis: PrivateRedis;
let feed: Feed;
beforeAll(async () => {
  redis = await privateRedis();
  feed = openFeed(redis.url);
  await feed.ready();
});

const committed = (more: Partial<Committed>): Committed => ({
  workspaceId: 'wsp_1',
  events: [],
  outboxIds: [],
  rootTaskIds: [],
  stopIds: [],
  ...more,
});
const event = (stream: string, seq: number) => ({
  id: newId('event'),
  stream,
  seq,
  cursor: 'abc',
  type: 'task.started' as const,
  at: new Date().toISOString(),
  actor: 'test',
  data: {},
});

describe('the bell', () => {
  test('brings the events of one commit to every listener of the same Redis database, and to nobody else', async () => {
    const [one, other] = [openFeed(redis.url), openFeed((await testRedis()).url)];
    const heard: unknown[] = [];
    const wrong: unknown[] = [];
    one.onNotice((notice) => heard.push(notice));
    other.onNotice((notice) => wrong.push(notice));
    expect(await one.ready()).toBe(true);
    expect(await other.ready()).toBe(true);
    const events = [event('task/1', 1), event('task/1', 2)];
    feed.bell.ring(committed({ events, rootTaskIds: ['tsk_1'] }));
    await waitFor(() => heard.length, { what: 'the notice' });
    expect(heard).toEqual([{ workspaceId: 'wsp_1', events, rootTaskIds: ['tsk_1'] }]);
    expect(wrong).toEqual([]);
  });

  test('sends only the last event of each stream when a commit has very many', async () => {
    const heard: { events: unknown[] }[] = [];
    const stop = feed.onNotice((notice) => heard.push(notice));
    await feed.ready();
    const events = Array.from({ length: 300 }, (_, n) => event(`task/${n % 2}`, 1 + Math.floor(n / 2)));
    feed.bell.ring(committed({ events }));
    await waitFor(() => heard.length, { what: 'the notice' });
    expect(heard[0]?.events).toMatchObject([
      { stream: 'task/0', seq: 150 },
      { stream: 'task/1', seq: 150 },
    ]);
    stop();
  });

  test('tells whoever works on a task to stop', async () => {
    const stopped: string[] = [];
    feed.onCancel((id) => stopped.push(id));
    feed.onNotice(() => {});
    await feed.ready();
    await waitFor(
      () => {
        feed.bell.ring(committed({ stopIds: ['tsk_1'], outboxIds: [] }));
        return stopped.includes('tsk_1');
      },
      { what: 'the notice' },
    );
    feed.cancels.publish('tsk_2');
    await waitFor(() => stopped.includes('tsk_2'), { what: 'the notice' });
  });
});

describe('the queue', () => {
  function reader(consumer: string, onIds: (ids: string[]) => Promise<void>, staleMs?: number) {
    const reading = feed.queue.read({ consumer, onIds, staleMs });
    closeLater('a queue reader', () => reading.stop());
    return reading;
  }

  test('gives each commit’s ids to one reader and forgets what was taken', async () => {
    const seen: string[] = [];
    const take = async (ids: string[]) => void seen.push(...ids);
    const readers = [reader('one', take), reader('two', take)];
    const ids = Array.from({ length: 50 }, () => newId('outbox'));
    for (const id of ids) feed.bell.ring(committed({ outboxIds: [id] }));
    await waitFor(() => seen.length >= ids.length, { what: 'all ids' });
    expect([...seen].sort()).toEqual([...ids].sort());
    await waitFor(async () => (await feed.queue.stats())?.length === 0, { what: 'an empty queue' });
    expect(await feed.queue.stats()).toEqual({ length: 0, pending: 0, lag: 0 });
    await Promise.all(readers.map((one) => one.stop()));
  });

  test('gives what a dead reader had taken to another one', async () => {
    const stuck = reader(
      'dead',
      () => new Promise((_, reject) => setTimeout(reject, 100, new Error('killed')).unref()),
    );
    feed.bell.ring(committed({ outboxIds: ['obx_1'] }));
    await waitFor(async () => (await feed.queue.stats())?.pending === 1, { what: 'a pending entry' });
    const stopping = stuck.stop();
    const seen: string[] = [];
    const other = reader('heir', async (ids) => void seen.push(...ids), 50);
    await waitFor(() => seen.length, { what: 'the entry' });
    expect(seen).toEqual(['obx_1']);
    await stopping;
    await other.stop();
  });

  test('works again after FLUSHALL and after a restart', async () => {
    const seen: string[] = [];
    const reading = reader('steady', async (ids) => void seen.push(...ids));
    await waitFor(
      async () => {
        feed.bell.ring(committed({ outboxIds: ['obx_before'] }));
        return seen.includes('obx_before');
      },
      { what: 'the queue' },
    );
    await redis.command('FLUSHALL');
    feed.bell.ring(committed({ outboxIds: ['obx_flushed'] }));
    await waitFor(() => seen.includes('obx_flushed'), { what: 'the queue after FLUSHALL' });
    await redis.kill();
    await waitFor(async () => !(await feed.ping()), { what: 'Redis to be gone' });
    const missed = feed.missed();
    feed.bell.ring(committed({ outboxIds: ['obx_nobody'] }));
    expect(feed.missed()).toBe(missed + 1);
    expect(await feed.queue.stats()).toBeNull();
    await redis.start();
    await waitFor(() => feed.ping(), { what: 'Redis again' });
    feed.bell.ring(committed({ outboxIds: ['obx_after'] }));
    await waitFor(() => seen.includes('obx_after'), { what: 'the queue after a restart' });
    expect(seen).not.toContain('obx_nobody');
    await reading.stop();
  });
});

describe('texts that are being written', () => {
  const soFar = async (stream: string) => (await feed.tokens.soFar(stream))[0]?.text;

  test('are whole again after Redis was emptied in the middle', async () => {
    const append = (text: string) => feed.tokens.append({ stream: 'task/1', callId: 'mdc_1', try: 1, text });
    append('one ');
    await waitFor(async () => (await soFar('task/1')) === 'one ', { what: 'the first piece' });
    await redis.command('FLUSHALL');
    append('two ');
    await waitFor(() => soFar('task/1'), { what: 'the second piece' });
    append('three');
    await waitFor(async () => (await soFar('task/1')) === 'one two three', { what: 'the whole text' });
    feed.tokens.end('mdc_1');
    await waitFor(async () => (await soFar('task/1')) === undefined, { what: 'the end' });
  });

  test('begin anew with a higher try, and a late piece of a lower one is dropped', async () => {
    const append = (tryNumber: number, text: string) =>
      feed.tokens.append({ stream: 'task/2', callId: 'mdc_2', try: tryNumber, text });
    append(1, 'first');
    append(2, 'second');
    append(1, ' late');
    await waitFor(async () => (await soFar('task/2')) === 'second', { what: 'the second try' });
    feed.tokens.end('mdc_2');
  });

  test('of an answer that is whole at once is told in one message, and nothing of it is stored', async () => {
    const heard: unknown[] = [];
    const stop = feed.onTokens((notice) => void heard.push(notice));
    // Redis was killed above: who listens may still be on its way back.
    await waitFor(
      () => {
        feed.tokens.append({ stream: 'task/0', rootTaskId: null, callId: 'mdc_0', try: 1, text: 'anybody?' });
        feed.tokens.end('mdc_0');
        return heard.length;
      },
      { what: 'somebody to listen', everyMs: 100 },
    );
    const about = { stream: 'task/4', rootTaskId: null, callId: 'mdc_4', try: 1 };
    const ours = () => heard.filter((notice) => (notice as { callId: string }).callId === 'mdc_4');
    for (const text of ['all ', 'of it']) feed.tokens.append({ ...about, text });
    feed.tokens.end('mdc_4');
    await waitFor(() => ours().length, { what: 'the text' });
    expect(ours()).toEqual([{ ...about, offset: 0, text: 'all of it', end: true }]);
    expect(await soFar('task/4')).toBeUndefined();
    stop();
  });

  test('of an earlier try that a lost worker left are gone with the end of the next one', async () => {
    const lost = openFeed(redis.url);
    await lost.ready();
    lost.tokens.append({ stream: 'task/5', callId: 'mdc_5', try: 1, text: 'half' });
    await waitFor(async () => (await soFar('task/5')) === 'half', { what: 'the text of the lost worker' });
    feed.tokens.append({ stream: 'task/5', callId: 'mdc_5', try: 2, text: 'whole' });
    feed.tokens.end('mdc_5');
    await waitFor(async () => (await soFar('task/5')) === undefined, { what: 'the end' });
  });

  test('are shown to whoever watches the tree, too', async () => {
    feed.tokens.append({ stream: 'task/3', callId: 'mdc_3', try: 1, text: 'below', rootTaskId: 'tsk_root' });
    await waitFor(async () => (await soFar('tree/tsk_root')) === 'below', { what: 'the text of the tree' });
    feed.tokens.end('mdc_3');
  });
});

test('a feed without Redis does nothing, quickly, and nothing breaks', async () => {
  const nowhere = openFeed('redis://127.0.0.1:1/0');
  nowhere.onNotice(() => {});
  nowhere.tokens.append({ stream: 'task/1', callId: 'mdc_1', try: 1, text: 'lost' });
  nowhere.cancels.publish('tsk_1');
  nowhere.bell.ring(committed({ outboxIds: ['obx_1'] }));
  expect(nowhere.missed()).toBe(1);
  expect(await nowhere.ready(50)).toBe(false);
  expect(await nowhere.ping()).toBe(false);
  expect(await nowhere.tokens.soFar('task/1')).toEqual([]);
});
