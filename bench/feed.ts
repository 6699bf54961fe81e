/**
 * Commit to client event: how long after a commit 50 sockets have its event. The API is a process of its own; the writer (as a
 * worker would be) and the sockets are in this one, so that one clock measures both ends. What is not measured: a network, TLS, a
 * browser's rendering.
 *
 * npm run bench feed -- [--sockets 50] [--events 300] [--rate 20]
 */
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import type { EventEnvelope } from '../src/contracts/event.ts';
import { createDataSource } from '../src/db/data-source.ts';
import { newId } from '../src/db/new-id.ts';
import { insertKey } from '../src/db/principal-store.ts';
import { createDatabase, type Database } from '../src/db/record.ts';
import { createFeed } from '../src/feed/feed.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { heading, percentile, table } from './support/figures.ts';
import { startProgram } from './support/programs.ts';
import { ownerOf } from './support/sides.ts';
import { openStage, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '50' },
    events: { type: 'string', default: '300' },
    rate: { type: 'string', default: '20' },
  },
});
const [sockets, events, rate] = [values.sockets, values.events, values.rate].map(Number) as [
  number,
  number,
  number,
];

/** Event id → when its commit had ended, on this process's clock. */
const committedAt = new Map<string, number>();

heading(`Commit to client event, ${sockets} sockets, ${events} commits at ${rate} a second`);
const stage = await openStage('feed');
try {
  await measure(stage);
} finally {
  await stage.close();
}

interface Ground {
  db: Database;
  workspaceId: string;
  url: string;
  key: string;
}

async function measure(on: Stage): Promise<void> {
  const ground = await prepare(on);
  const tasks = Array.from({ length: sockets }, () => newId('task'));
  const [one = ''] = tasks;
  for (const id of tasks) await addTask(ground, id);
  const shapes: {
    name: string;
    streamOf: (socket: number) => string;
    writeTo: (n: number) => string;
    each: number;
  }[] = [
    { name: 'all on one task', streamOf: () => `task/${one}`, writeTo: () => one, each: sockets },
    {
      name: 'each on its own task',
      streamOf: (n) => `task/${tasks[n]}`,
      writeTo: (n) => tasks[n % sockets] ?? one,
      each: 1,
    },
    {
      name: 'all on the workspace',
      streamOf: () => 'workspace',
      writeTo: (n) => tasks[n % sockets] ?? one,
      each: sockets,
    },
  ];
  const rows: string[][] = [];
  for (const shape of shapes) {
    const { delays, missing } = await runShape(ground, shape);
    const at = (p: number) => percentile(delays, p).toFixed(1);
    rows.push([shape.name, String(delays.length), at(0), at(50), at(95), at(99), at(100), String(missing)]);
  }
  table(['subscriptions', 'n', 'min ms', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'missing or twice'], rows);
}

async function prepare(on: Stage): Promise<Ground> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await startProgram(on, {
    script: 'src/main.ts',
    env: { PORT: String(port), PUBLIC_URL: url, LOG_LEVEL: 'info', DISPATCHER: '0' },
    ready: (output) => output.includes('The API is ready.'),
  });
  const dataSource = createDataSource({ url: on.databaseUrl, poolSize: 8, applicationName: 'bench' });
  await dataSource.initialize();
  on.closeLater(() => dataSource.destroy());
  const feed = createFeed({ redisUrl: on.redisUrl, logger: pino({ level: 'warn' }) });
  on.closeLater(() => feed.close());
  await feed.ready();
  const db = createDatabase(dataSource, {
    ring: (facts) => {
      for (const { id } of facts.events) committedAt.set(id, performance.now());
      feed.bell.ring(facts);
    },
  });
  const owner = await ownerOf(db);
  const scope = { workspaceId: owner.workspaceId, actor: owner.principalId };
  const { secret } = await db.inWorkspace(scope, (tx) =>
    insertKey(tx, { principalId: owner.principalId, name: 'bench' }),
  );
  return { db, workspaceId: owner.workspaceId, url, key: secret };
}

async function runShape(
  ground: Ground,
  {
    streamOf,
    writeTo,
    each,
  }: { streamOf: (socket: number) => string; writeTo: (n: number) => string; each: number },
): Promise<{ delays: number[]; missing: number }> {
  committedAt.clear();
  const arrivals: { id: string; at: number }[] = [];
  const clients: Socket[] = [];
  for (let n = 0; n < sockets; n += 1) {
    const client = io(ground.url, { transports: ['websocket'], auth: { token: ground.key }, forceNew: true });
    client.on('event', ({ id }: EventEnvelope) => arrivals.push({ id, at: performance.now() }));
    await new Promise((resolve, reject) =>
      client.once('connect', () => resolve(true)).once('connect_error', reject),
    );
    const answer = (await client.emitWithAck('subscribe', { stream: streamOf(n) })) as { ok: boolean };
    if (!answer.ok) throw new Error(`Socket ${n} could not subscribe: ${JSON.stringify(answer)}`);
    clients.push(client);
  }
  const writes: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < events; n += 1) {
    await until(began + (n * 1000) / rate);
    writes.push(note(ground, writeTo(n), `event ${n}`));
  }
  await Promise.all(writes);
  const wanted = events * each;
  await waitFor(() => arrivals.length >= wanted, { what: 'all events', timeoutMs: 15_000 }).catch(() => {});
  for (const client of clients) client.disconnect();
  const delays = arrivals.map(({ id, at }) => at - (committedAt.get(id) ?? Number.NaN)).sort((a, b) => a - b);
  return { delays, missing: Math.abs(wanted - arrivals.length) };
}

function until(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}

async function addTask({ db, workspaceId }: Ground, id: string): Promise<void> {
  await db.acrossWorkspaces(
    `INSERT INTO tasks (id, workspace_id, root_id, role, title, goal, status, priority, depth, actor)
     VALUES ($1, $2, $1, 'master_operator', 'Bench', 'Bench', 'completed', 1, 0, 'bench')`,
    [id, workspaceId],
  );
}

async function note({ db, workspaceId }: Ground, taskId: string, text: string): Promise<void> {
  await db.inWorkspace({ workspaceId, actor: 'bench' }, async (tx) => {
    tx.emit(
      { stream: `task/${taskId}`, type: 'task.progressed', data: { note: text } },
      { rootTaskId: taskId },
    );
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port.')),
      );
    });
  });
}
