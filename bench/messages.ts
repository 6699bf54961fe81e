/**
 * Messages to tasks: how soon `POST /tasks/{id}/messages` is answered, and how soon after that the message is delivered, with the
 * recipient idle (its task waits) and in the middle of a model call; then whether everything arrives while Redis is emptied and the
 * worker is killed and started again. Between the two, how soon a reply in a conversation ends that a person stops. API with dispatcher and worker are processes of their own, on the servers of `npm start`.
 *
 * Delivered is measured in the record: from the event `message.accepted` to the event `message.delivered`, both written at the end of
 * their transactions by the same server's clock. What is not measured: a network, TLS, many senders at once.
 *
 * npm run bench messages -- [--count 1000] [--faults 200]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { waitFor } from '../test/support/wait-for.ts';
import { type RunningApi, startApi } from './support/api.ts';
import { heading, percentile, table } from './support/figures.ts';
import { startModels, startProgram } from './support/programs.ts';
import { model } from './support/sides.ts';
import { openStage, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000' }, faults: { type: 'string', default: '200' } },
});
const [count, faults] = [values.count, values.faults].map(Number) as [number, number];
const goals = { acceptedMs: 20, deliveredMs: 50, stoppedMs: 1000 };
/** The first messages are shown but not judged: Node compiles what runs often while it runs. */
const unjudged = 200;
const stops = 10;
const perTask = 25;
let clerks = 0;

heading(`${count} messages one after the other to tasks that are idle, and in mid call`);
const stage = await openStage('messages');
try {
  await measure(stage);
} finally {
  await stage.close();
}

async function measure(on: Stage): Promise<void> {
  const api = await startApi(on);
  // No call of a model ends while it is measured.
  const models = await startModels(on, ['--delay', '3600000']);
  const work = () =>
    startProgram(on, {
      script: 'workers/worker.ts',
      env: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: models.v1, OPENAI_MODEL: model, LOG_LEVEL: 'info' },
      ready: (output) => output.includes('The worker is ready.'),
    });
  const worker = await work();
  const first = await sendTo(api, { kind: 'idle', messages: unjudged });
  const rowOf = (what: string, { accepted, delivered }: typeof first) => [
    what,
    accepted.length,
    ...spread(accepted),
    ...spread(delivered),
  ];
  const rows = [rowOf('idle, processes just started', first)];
  const worst = { accepted: 0, delivered: 0 };
  for (const kind of ['idle', 'in mid call'] as const) {
    const times = await sendTo(api, { kind, messages: count });
    rows.push(rowOf(kind, times));
    worst.accepted = Math.max(worst.accepted, percentile(times.accepted, 99));
    worst.delivered = Math.max(worst.delivered, percentile(times.delivered, 99));
  }
  const figures = ['p50', 'p95', 'p99', 'max'];
  table(
    [
      'recipient',
      'messages',
      ...figures.map((p) => `accepted ${p} ms`),
      ...figures.map((p) => `delivered ${p} ms`),
    ],
    rows,
  );
  const stopped = await stopReplies(api);
  table(
    ['a reply in mid call is stopped', ...figures.map((p) => `${p} ms`)],
    [[`${stopped.length} times, from the request to the end in the record`, ...spread(stopped)]],
  );
  const arrived = await underFaults(on, { api, worker, work });
  console.log(`Delivered while Redis was emptied and the worker killed: ${arrived} of ${faults}`);
  const late = percentile(stopped, 100) > goals.stoppedMs;
  if (worst.accepted > goals.acceptedMs || worst.delivered > goals.deliveredMs || late || arrived < faults)
    process.exitCode = 1;
}

function spread(sorted: number[]): string[] {
  return [50, 95, 99, 100].map((p) => percentile(sorted, p).toFixed(1));
}

interface Sending {
  kind: 'idle' | 'in mid call';
  messages: number;
}

/** A few messages to each of several tasks, so that no record grows beyond what is usual. */
async function sendTo(api: RunningApi, { kind, messages }: Sending) {
  const ids: string[] = [];
  const accepted: number[] = [];
  let taskId = '';
  for (let n = 0; n < messages; n += 1) {
    if (n % perTask === 0) taskId = await recipient(api, kind);
    const began = performance.now();
    ids.push(await send(api, taskId, `Message ${n}`));
    accepted.push(performance.now() - began);
    await pause(20);
  }
  await allDelivered(api, ids);
  const delivered = await deliveryTimes(api, ids);
  return { accepted: accepted.sort((a, b) => a - b), delivered: delivered.sort((a, b) => a - b) };
}

/** A paused task stands still with its Temporal workflow waiting; one that works has asked its model. */
async function recipient(api: RunningApi, kind: Sending['kind']): Promise<string> {
  clerks += 1;
  const clerk = { name: `Clerk ${clerks}`, role: 'master_operator' };
  const { id: agentId } = await ask<{ id: string }>(api, 'POST', 'agents', clerk);
  const { id } = await ask<{ id: string }>(api, 'POST', 'tasks', { goal: 'Write a letter.', agentId });
  if (kind === 'idle') await ask(api, 'POST', `tasks/${id}/pause`, {});
  const asked = () =>
    api.db.acrossWorkspaces(
      kind === 'idle'
        ? `SELECT 1 FROM tasks WHERE id = $1 AND temporal_started_at IS NOT NULL`
        : `SELECT 1 FROM ledger WHERE task_id = $1`,
      [id],
    );
  await waitFor(async () => (await asked()).length > 0, { what: 'the recipient', timeoutMs: 30_000 });
  return id;
}

async function send(api: RunningApi, taskId: string, text: string): Promise<string> {
  return (await ask<{ id: string }>(api, 'POST', `tasks/${taskId}/messages`, { content: { text } })).id;
}

async function ask<Body>(api: RunningApi, method: string, path: string, body?: object): Promise<Body> {
  const answer = await fetch(`${api.url}/api/v2/${path}`, {
    method,
    headers: { Authorization: `Bearer ${api.key}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as Body;
}

async function allDelivered(api: RunningApi, ids: string[]): Promise<number> {
  const delivered = async () =>
    (
      await api.db.acrossWorkspaces(
        `SELECT 1 FROM messages WHERE id = ANY ($1) AND delivered_at IS NOT NULL`,
        [ids],
      )
    ).length;
  await waitFor(async () => (await delivered()) === ids.length, {
    what: 'all messages to be delivered',
    timeoutMs: 120_000,
    everyMs: 200,
  }).catch(() => undefined);
  return delivered();
}

async function deliveryTimes(api: RunningApi, ids: string[]): Promise<number[]> {
  const rows = await api.db.acrossWorkspaces<{ ms: number }>(
    `SELECT (extract(epoch FROM d.at - a.at) * 1000)::float8 AS ms FROM events a JOIN events d ON d.stream = a.stream
        AND d.type = 'message.delivered' AND d.data->>'messageId' = a.data->>'messageId'
      WHERE a.type = 'message.accepted' AND a.data->>'messageId' = ANY ($1)`,
    [ids],
  );
  return rows.map(({ ms }) => ms);
}

/** @returns milliseconds each, in ascending order */
async function stopReplies(api: RunningApi): Promise<number[]> {
  const { id: agentId } = await ask<{ id: string }>(api, 'POST', 'agents', {
    name: 'Talker',
    role: 'master_operator',
  });
  const times: number[] = [];
  for (let n = 0; n < stops; n += 1) {
    const { id } = await ask<{ id: string }>(api, 'POST', 'conversations', {
      agentId,
      message: { text: 'Hello?' },
    });
    const rows = (what: string) => api.db.acrossWorkspaces(what, [id]);
    const called = `SELECT 1 FROM ledger l JOIN tasks t ON t.id = l.task_id WHERE t.conversation_id = $1`;
    await waitFor(async () => (await rows(called)).length > 0, { what: 'the call', timeoutMs: 30_000 });
    const began = performance.now();
    await ask(api, 'POST', `conversations/${id}/stop`, {});
    const answered = 'SELECT 1 FROM messages WHERE conversation_id = $1 AND reply_to IS NOT NULL';
    await waitFor(async () => (await rows(answered)).length > 0, {
      what: 'the end',
      timeoutMs: 30_000,
      everyMs: 5,
    });
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b);
}

interface Faults {
  api: RunningApi;
  worker: Awaited<ReturnType<typeof startProgram>>;
  work(): ReturnType<typeof startProgram>;
}

async function underFaults(on: Stage, { api, worker, work }: Faults): Promise<number> {
  const redis = new Redis(on.redisUrl);
  on.closeLater(() => redis.disconnect());
  const taskId = await recipient(api, 'in mid call');
  const ids: string[] = [];
  let restarted: Promise<unknown> = Promise.resolve();
  for (let n = 0; n < faults; n += 1) {
    ids.push(await send(api, taskId, `Message ${n}`));
    if (n % 10 === 5) await redis.flushall();
    if (n === Math.floor(faults / 2)) restarted = worker.stop('SIGKILL').then(work);
  }
  await restarted;
  return allDelivered(api, ids);
}
