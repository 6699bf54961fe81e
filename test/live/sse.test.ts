import { get, type IncomingMessage } from 'node:http';
import { beforeAll, expect, test } from '@jest/globals';
import type { EventEnvelope } from '../../src/contracts/event.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { closeLater } from '../support/close-later.ts';
import { testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { addTask, addWorkspace, note, openFeed, openRecord, type Record } from '../temporal/support.ts';
import { openServer, seqsOf } from './support.ts';

let feed: Feed;
let record: Record;
let server: Awaited<ReturnType<typeof openServer>>;
beforeAll(async () => {
  feed = openFeed((await testRedis()).url);
  record = await openRecord(feed.bell);
  server = await openServer({ db: record.db, feed });
  await feed.ready();
});

interface Reading {
  response: IncomingMessage;
  text: string;
  ended: boolean;
  events(): EventEnvelope[];
  ids(): string[];
}

async function read(
  stream: string,
  {
    after,
    lastId,
    workspace = record.workspaceId,
  }: { after?: string; lastId?: string; workspace?: string } = {},
) {
  const query = new URLSearchParams({ workspace, stream, ...(after === undefined ? {} : { after }) });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
    get(`${server.url}/?${query}`, { headers, agent: false }, resolve).on('error', reject);
  });
  closeLater('an SSE response', () => response.destroy());
  const reading: Reading = {
    response,
    text: '',
    ended: false,
    events: () =>
      [...reading.text.matchAll(/^id: .*\ndata: (.*)$/gm)].map(
        (match) => JSON.parse(match[1]!) as EventEnvelope,
      ),
    ids: () => [...reading.text.matchAll(/^id: (.*)$/gm)].map((match) => match[1]!),
  };
  response.setEncoding('utf8');
  response.on('data', (piece: string) => (reading.text += piece));
  response.on('close', () => (reading.ended = true));
  return reading;
}

async function newStream(notes: number): Promise<string> {
  const stream = `task/${await addTask(record)}`;
  for (let n = 1; n <= notes; n += 1) await note(record, stream, `note ${n}`);
  return stream;
}

test('the same envelope comes with its cursor as id, from the beginning, then live, with heartbeats', async () => {
  const stream = await newStream(3);
  const reading = await read(stream);
  expect(reading.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
  });
  await waitFor(() => reading.text.includes('event: caught-up'), { what: 'the backlog' });
  await note(record, stream, 'live');
  await waitFor(() => reading.events().length === 4, { what: 'the live event' });
  expect(seqsOf(reading.events())).toEqual([1, 2, 3, 4]);
  expect(reading.ids()).toEqual(reading.events().map((event) => event.cursor));
  await waitFor(() => reading.text.includes(': still here'), { what: 'a heartbeat' });
});

test('Last-Event-ID goes on where the client was, on a stream and on the workspace', async () => {
  const stream = await newStream(4);
  const first = await read('workspace', { after: '' });
  const ofStream = () => first.events().filter((event) => event.stream === stream);
  // The fence waits for every open transaction of the server, those of other tests too.
  await waitFor(() => ofStream().length === 4, { what: 'the backlog', timeoutMs: 25_000 });
  const mine = ofStream();
  expect(seqsOf(mine)).toEqual([1, 2, 3, 4]);
  for (const name of [stream, 'workspace']) {
    const again = await read(name, { lastId: mine[1]!.cursor });
    await waitFor(() => again.events().length === 2, { what: 'the rest' });
    expect(seqsOf(again.events())).toEqual([3, 4]);
  }
});

test('texts that are written come as events of their own', async () => {
  const stream = await newStream(1);
  const reading = await read(stream);
  await waitFor(() => reading.text.includes('event: caught-up'), { what: 'the backlog' });
  feed.tokens.append({ stream, callId: 'mdc_1', try: 1, text: 'A word' });
  await waitFor(() => reading.text.includes('event: tokens\ndata: '), { what: 'a piece' });
  expect(JSON.parse(/event: tokens\ndata: (.*)/.exec(reading.text)![1]!)).toEqual({
    stream,
    callId: 'mdc_1',
    try: 1,
    offset: 0,
    text: 'A word',
  });
  feed.tokens.end('mdc_1');
});

test('what belongs to another workspace is not found, and nothing was sent', async () => {
  const reading = await read(await newStream(1), { workspace: await addWorkspace(record.db) });
  expect(reading.response.statusCode).toBe(404);
});

test('a client that went away is forgotten; the others are told when to come back', async () => {
  const stream = await newStream(1);
  const [one, other] = [await read(stream), await read(stream)];
  await waitFor(() => server.hub.counts().subscriptions >= 2, { what: 'both' });
  const before = server.hub.counts().subscriptions;
  one.response.destroy();
  await waitFor(() => server.hub.counts().subscriptions === before - 1, { what: 'one less' });
  server.sse.goAway(2500);
  await waitFor(() => other.ended, { what: 'the end of the stream' });
  expect(other.text).toContain('retry: 2500\nevent: going-away\ndata: {"retryMs":2500}');
});
