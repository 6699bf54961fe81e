import type { Socket as NetSocket } from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/db/new-id.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { privateRedis, type PrivateRedis, testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  addTask,
  addWorkspace,
  note,
  openDatabase,
  openFeed,
  openRecord,
  type Record,
} from '../temporal/support.ts';
import { type LiveClient, notesOf, openClient, openServer, seqsOf, upTo } from './support.ts';

let feed: Feed;
let record: Record;
let url: string;
let server: Awaited<ReturnType<typeof openServer>>;
beforeAll(async () => {
  feed = openFeed((await testRedis()).url);
  const opened = await openRecord(feed.bell);
  record = opened;
  url = opened.url;
  server = await openServer({ db: record.db, feed });
  await feed.ready();
});

const key = () => `key of ${record.workspaceId}`;
const client = () => openClient(server.url, key());
async function newStream(): Promise<string> {
  const stream = `task/${await addTask(record)}`;
  await note(record, stream, 'first');
  return stream;
}
async function write(stream: string, count: number, by = record): Promise<void> {
  for (let n = 0; n < count; n += 1) await note(by, stream, `note ${n}`);
}

describe('the handshake', () => {
  test('refuses a key that is not known, and says so', async () => {
    await expect(openClient(server.url, 'nonsense')).rejects.toMatchObject({
      data: { code: 'unauthenticated' },
    });
  });

  test('ends a connection whose key is revoked meanwhile', async () => {
    const strict = await openServer({ db: record.db, feed }, { gateway: { recheckMs: 20 } });
    const { socket } = await openClient(strict.url, key());
    const problems: unknown[] = [];
    socket.on('problem', (problem) => problems.push(problem));
    strict.revoked.add(key());
    await waitFor(() => socket.disconnected, { what: 'the end of the connection' });
    expect(problems).toMatchObject([{ code: 'unauthenticated' }]);
  });
});

describe('subscribing', () => {
  test('tells the head, then the backlog beyond what was seen, then that it is live', async () => {
    const stream = await newStream();
    await write(stream, 4);
    const live = await client();
    expect(await live.subscribe(stream, 2)).toEqual({ ok: true, head: 5 });
    await waitFor(() => live.caughtUp.length, { what: 'the end of the backlog' });
    expect(live.caughtUp).toEqual([{ stream, seq: 5 }]);
    await note(record, stream, 'live');
    expect(seqsOf(await live.until('live'))).toEqual([3, 4, 5, 6]);
  });

  test('without a position begins now', async () => {
    const stream = await newStream();
    const live = await client();
    expect(await live.subscribe(stream)).toEqual({ ok: true, head: 1 });
    await note(record, stream, 'live');
    expect(seqsOf(await live.until('live'))).toEqual([2]);
  });

  test('goes on behind a cursor of the same stream', async () => {
    const stream = await newStream();
    await write(stream, 3);
    const first = await client();
    await first.subscribe(stream, 0);
    await first.until('note 2');
    const again = await client();
    await again.subscribe(stream, first.events[1]!.cursor);
    expect(seqsOf(await again.until('note 2'))).toEqual([3, 4]);
  });

  test('to what is not in the workspace reads as not found', async () => {
    const stranger = await openClient(server.url, `key of ${await addWorkspace(record.db)}`);
    const stream = await newStream();
    const problem = { code: 'not_found', detail: expect.any(String) };
    expect(await stranger.subscribe(stream, 0)).toEqual({ ok: false, problem });
    expect(await stranger.subscribe(stream.replace('task/', 'tree/'), 0)).toEqual({ ok: false, problem });
    expect(await stranger.subscribe('workspace', '')).toMatchObject({ ok: true });
    await waitFor(() => stranger.caughtUp.length, { what: 'the end of the backlog' });
    await note(record, stream, 'not for strangers');
    const mine = await client();
    await mine.subscribe(stream, 0);
    await mine.until('not for strangers');
    expect(stranger.events).toEqual([]);
  });

  test.each([
    ['no stream', {}],
    ['a stream that is none', { stream: 'task/1' }],
    ['a word that is not known', { stream: 'workspace', before: 1 }],
    ['no object', 'workspace'],
  ])('with %s is a problem', async (_, message) => {
    const live = await client();
    const answer: unknown = await live.socket.emitWithAck('subscribe', message);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
  });

  test('with a position that is none is a problem', async () => {
    const live = await client();
    expect(await live.subscribe('workspace', 'nonsense')).toMatchObject({
      problem: { code: 'invalid_request' },
    });
    expect(await live.subscribe(await newStream(), 'nonsense')).toMatchObject({
      problem: { code: 'invalid_request' },
    });
  });

  test('has a limit per socket, and unsubscribing makes room', async () => {
    const small = await openServer({ db: record.db, feed }, { gateway: { maxSubscriptions: 2 } });
    const live = await openClient(small.url, key());
    const [one, two, three] = [await newStream(), await newStream(), await newStream()];
    await live.subscribe(one);
    await live.subscribe(two);
    expect(await live.subscribe(three)).toMatchObject({ ok: false, problem: { code: 'too_many_requests' } });
    await live.socket.emitWithAck('unsubscribe', { stream: one });
    expect(await live.subscribe(three, 0)).toMatchObject({ ok: true });
    expect(small.hub.counts()).toEqual({ tails: 2, subscriptions: 2 });
    live.socket.disconnect();
    await waitFor(() => small.hub.counts().tails === 0, { what: 'nobody watching' });
  });
});

describe('while events are written', () => {
  test('whoever joins in the middle gets each once and in order', async () => {
    const stream = await newStream();
    const writing = Promise.all([write(stream, 60), write(stream, 60), write(stream, 60)]);
    const clients: LiveClient[] = [];
    for (let n = 0; n < 8; n += 1) {
      const live = await client();
      clients.push(live);
      await live.subscribe(stream, 0);
    }
    await writing;
    await note(record, stream, 'last');
    for (const live of clients) expect(seqsOf(await live.until('last'))).toEqual(upTo(182));
  });

  test('a commit of many events arrives whole', async () => {
    const stream = await newStream();
    const live = await client();
    await live.subscribe(stream, 0);
    await record.db.inWorkspace({ workspaceId: record.workspaceId, actor: 'test' }, async (tx) => {
      for (let n = 1; n <= 700; n += 1) tx.emit({ stream, type: 'task.progressed', data: { note: `${n}` } });
    });
    expect(seqsOf(await live.until('700'))).toEqual(upTo(701));
  });
});

describe('when Redis is lost', () => {
  let redis: PrivateRedis;
  let own: Record;
  let ownServer: Awaited<ReturnType<typeof openServer>>;
  let ownFeed: Feed;
  beforeAll(async () => {
    redis = await privateRedis();
    ownFeed = openFeed(redis.url);
    own = { ...record, db: await openDatabase(url, ownFeed.bell) };
    ownServer = await openServer(
      { db: own.db, feed: ownFeed },
      { hub: { pollMs: 100, safetyPollMs: 60_000 } },
    );
    await ownFeed.ready();
  });

  test('nothing is lost and nothing comes twice: FLUSHALL, kill, restart while events are written', async () => {
    const stream = await newStream();
    const [live, all] = [await openClient(ownServer.url, key()), await openClient(ownServer.url, key())];
    await live.subscribe(stream, 0);
    await all.subscribe('workspace');
    await write(stream, 20, own);
    await redis.command('FLUSHALL');
    await write(stream, 20, own);
    await redis.kill();
    await write(stream, 20, own);
    await note(own, stream, 'without Redis');
    await live.until('without Redis');
    await all.until('without Redis');
    await redis.start();
    await waitFor(() => ownFeed.live(), { what: 'notices again' });
    await ownFeed.ready();
    await write(stream, 20, own);
    await note(own, stream, 'last');
    expect(seqsOf(await live.until('last'))).toEqual(upTo(83));
    // What older transactions on this server held back of earlier tests comes here too.
    const ofStream = (await all.until('last')).filter((event) => event.stream === stream && event.seq > 1);
    expect(seqsOf(ofStream)).toEqual(upTo(83, 2));
  });

  test('a notice that nobody heard is made good by the next one', async () => {
    const stream = await newStream();
    const live = await openClient(ownServer.url, key());
    await live.subscribe(stream, 0);
    await live.until('first');
    await note(record, stream, 'rung elsewhere'); // another Redis
    await note(own, stream, 'rung here');
    expect(notesOf(await live.until('rung here'))).toEqual(['first', 'rung elsewhere', 'rung here']);
  });
});

describe('relays', () => {
  /** A transaction that has written and stays open until it is let go. */
  async function openTransaction(stream: string, text: string, rootTaskId?: string) {
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let written = () => {};
    const began = new Promise<void>((resolve) => (written = resolve));
    const done = record.db.inWorkspace({ workspaceId: record.workspaceId, actor: 'test' }, async (tx) => {
      await tx.sql('SELECT pg_current_xact_id()');
      written();
      await gate;
      tx.emit({ stream, type: 'task.progressed', data: { note: text } }, { rootTaskId });
    });
    await began;
    return async () => {
      letGo();
      await done;
    };
  }

  test('an event waits until every older transaction has ended, and then comes in its place', async () => {
    const [slow, quick] = [await newStream(), await newStream()];
    const live = await client();
    await live.subscribe('workspace');
    const finish = await openTransaction(slow, 'older');
    await note(record, quick, 'younger');
    await waitFor(
      async () =>
        (await record.db.acrossWorkspaces(`SELECT 1 FROM events WHERE stream = $1 AND seq = 2`, [quick]))
          .length,
      { what: 'the younger event in the record' },
    );
    // What came before, on other streams too, may come only now, while another test has a transaction open.
    const notes = () =>
      notesOf(live.events.filter(({ stream, seq }) => [slow, quick].includes(stream) && seq > 1));
    expect(notes()).toEqual([]);
    await finish();
    await live.until('younger');
    expect(notes()).toEqual(['older', 'younger']);
  });

  test('a stream stays in order also when an older transaction took it after a younger one', async () => {
    const stream = await newStream();
    const live = await client();
    await live.subscribe('workspace');
    const [one, two] = [await openTransaction(stream, 'second'), await openTransaction(stream, 'third')];
    await note(record, stream, 'overtaking');
    await two();
    await one();
    await note(record, stream, 'last');
    // The fence waits for every open transaction of the server, those of other tests too: the first event may come only now.
    const events = (await live.until('last')).filter(({ seq }) => seq > 1);
    expect(seqsOf(events)).toEqual([2, 3, 4, 5]);
    const again = await client();
    await again.subscribe('workspace', events[1]!.cursor);
    expect(seqsOf(await again.until('last'))).toEqual([4, 5]);
  });

  test('each event once and in order within its stream while many are written, also after coming back', async () => {
    const streams = await Promise.all(Array.from({ length: 5 }, newStream));
    const live = await client();
    await live.subscribe('workspace');
    const writing = Promise.all(streams.map((stream) => write(stream, 40)));
    await waitFor(() => live.events.length > 30, { what: 'some events' });
    live.socket.disconnect();
    const cursor = live.events.at(-1)!.cursor;
    const back = await client();
    await back.subscribe('workspace', cursor);
    await writing;
    await note(record, streams[0]!, 'last');
    const events = [...live.events, ...(await back.until('last'))];
    for (const stream of streams) {
      // As above: the first event of a stream may come only now.
      const seqs = seqsOf(events.filter((event) => event.stream === stream && event.seq > 1));
      expect(seqs).toEqual(upTo(stream === streams[0] ? 42 : 41, 2));
    }
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });

  test('a tree shows a task and what is below it; a branch only its part', async () => {
    const root = await addTask(record);
    const workflow = newId('workflow');
    const run = newId('run');
    await record.db.acrossWorkspaces(
      `INSERT INTO workflows (id, workspace_id, name, description, origin, version) VALUES ($1, $2, 'Plan', '', 'plan', 1)`,
      [workflow, record.workspaceId],
    );
    await record.db.acrossWorkspaces(
      `INSERT INTO runs (id, workspace_id, workflow_id, workflow_version, name, task_id, root_task_id, status, inputs, priority, depth, actor)
       VALUES ($1, $2, $3, 1, 'Plan', $4, $4, 'running', '{}', 1, 0, 'test')`,
      [run, record.workspaceId, workflow, root],
    );
    const [one, two] = [
      await addTask(record, { parentId: root, rootId: root, runId: run }),
      await addTask(record, { parentId: root, rootId: root, runId: run }),
    ];
    const below = await addTask(record, { parentId: one, rootId: root });
    const [whole, branch] = [await client(), await client()];
    expect(await whole.subscribe(`tree/${root}`, 0)).toMatchObject({ ok: true });
    expect(await branch.subscribe(`tree/${one}`, '')).toMatchObject({ ok: true });
    await note(record, `task/${root}`, 'root', root);
    await note(record, `run/${run}`, 'run', root);
    await note(record, `task/${two}`, 'two', root);
    await note(record, `task/${one}`, 'one', root);
    await note(record, `task/${await addTask(record)}`, 'another tree');
    await note(record, `task/${below}`, 'below', root);
    expect(notesOf(await whole.until('below'))).toEqual(['root', 'run', 'two', 'one', 'below']);
    expect(notesOf(await branch.until('below'))).toEqual(['one', 'below']);
  });
});

describe('texts that are being written', () => {
  test('come so far first, then piece by piece, without a hole', async () => {
    const stream = await newStream();
    const root = stream.slice(5);
    const callId = newId('modelCall');
    const append = (text: string) => feed.tokens.append({ stream, callId, try: 1, text, rootTaskId: root });
    append('The first ');
    append('words');
    await waitFor(async () => (await feed.tokens.soFar(stream))[0]?.text === 'The first words', {
      what: 'the text so far',
    });
    const [live, tree] = [await client(), await client()];
    await live.subscribe(stream);
    await tree.subscribe(`tree/${root}`);
    append(', then more 🎉');
    const textOf = ({ tokens }: LiveClient) =>
      tokens.reduce((text, piece) => text.slice(0, piece.offset) + piece.text, '');
    for (const one of [live, tree]) {
      await waitFor(() => textOf(one) === 'The first words, then more 🎉', { what: 'the whole text' });
      expect(one.tokens[0]).toMatchObject({ stream, callId, try: 1, offset: 0 });
    }
    feed.tokens.append({ stream, callId, try: 2, text: 'Again' });
    await waitFor(() => live.tokens.at(-1)?.try === 2, { what: 'the next try' });
    expect(live.tokens.at(-1)).toMatchObject({ offset: 0, text: 'Again' });
    feed.tokens.end(callId);
    await waitFor(async () => (await feed.tokens.soFar(stream)).length === 0, { what: 'the end' });
  });

  test('are coalesced to thirty messages a second', async () => {
    const stream = await newStream();
    const live = await client();
    await live.subscribe(stream);
    const began = Date.now();
    let text = '';
    while (Date.now() - began < 300) {
      feed.tokens.append({ stream, callId: 'mdc_1', try: 1, text: 'word ' });
      text += 'word ';
      await new Promise((resolve) => setImmediate(resolve));
    }
    feed.tokens.end('mdc_1');
    await waitFor(() => live.tokens.reduce((sum, piece) => sum + piece.text.length, 0) === text.length, {
      what: 'the whole text',
    });
    expect(live.tokens.length).toBeLessThanOrEqual(12);
  });
});

describe('a client that takes nothing', () => {
  test('costs no memory, and goes on without a gap when it takes again', async () => {
    const stream = await newStream();
    const live = await client();
    await live.subscribe(stream, 0);
    await live.until('first');
    const tcp = (live.socket.io.engine.transport as unknown as { ws: { _socket: NetSocket } }).ws._socket;
    tcp.pause();
    const filling = 'x'.repeat(20_000);
    for (let n = 0; n < 600; n += 50) {
      await record.db.inWorkspace({ workspaceId: record.workspaceId, actor: 'test' }, async (tx) => {
        for (let m = 0; m < 50; m += 1) tx.emit({ stream, type: 'task.progressed', data: { note: filling } });
      });
    }
    const [there] = await server.gateway.io.fetchSockets();
    expect(there).toBeDefined();
    const buffered = [...server.gateway.io.sockets.sockets.values()].map(
      (socket) => (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length,
    );
    expect(Math.max(...buffered)).toBeLessThanOrEqual(600);
    tcp.resume();
    await note(record, stream, 'last');
    expect(seqsOf(await live.until('last'))).toEqual(upTo(602));
  });

  test('is disconnected when it never takes again', async () => {
    const strict = await openServer({ db: record.db, feed }, { gateway: { patienceMs: 100 } });
    const stream = await newStream();
    const live = await openClient(strict.url, key());
    await live.subscribe(stream, 0);
    await live.until('first');
    const tcp = (live.socket.io.engine.transport as unknown as { ws: { _socket: NetSocket } }).ws._socket;
    tcp.pause();
    const filling = 'x'.repeat(50_000);
    for (let n = 0; n < 12; n += 1) {
      await record.db.inWorkspace({ workspaceId: record.workspaceId, actor: 'test' }, async (tx) => {
        for (let m = 0; m < 50; m += 1) tx.emit({ stream, type: 'task.progressed', data: { note: filling } });
      });
    }
    await waitFor(() => strict.hub.counts().subscriptions === 0, { what: 'the server to give up' });
    tcp.destroy();
  });
});

test('going away tells when to come back', async () => {
  const leaving = await openServer({ db: record.db, feed });
  const live = await openClient(leaving.url, key());
  const said = new Promise((resolve) => live.socket.once('going-away', resolve));
  leaving.gateway.goAway(1234);
  expect(await said).toEqual({ retryMs: 1234 });
  await waitFor(() => live.socket.disconnected, { what: 'the end' });
});
