/**
 * Accepting work: `POST /tasks` at a steady rate against the real API process (dispatcher included), then how soon a single task's
 * Temporal workflow has started when nothing else is going on.
 *
 * Requests leave at their time whatever the earlier ones do, and their clock starts at that time, so that a stall is paid by all whom it
 * holds up. The load comes from this process on the same machine. What is not measured: a network, TLS, a proxy.
 *
 * npm run bench accept -- [--rate 50] [--seconds 20] [--idle 200]
 */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { waitFor } from '../test/support/wait-for.ts';
import { type RunningApi, startApi } from './support/api.ts';
import { cpuBetween, cpuOf } from './support/cpu.ts';
import { heading, percentile, table } from './support/figures.ts';
import { startModels, startProgram } from './support/programs.ts';
import { model } from './support/sides.ts';
import { openStage, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    idle: { type: 'string', default: '200' },
  },
});
const [rate, seconds, idle] = [values.rate, values.seconds, values.idle].map(Number) as [
  number,
  number,
  number,
];
const goals = { acceptedMs: 50, startedMs: 50 };
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

interface Answer {
  status: number;
  ms: number;
  id: string;
}

interface Backlog {
  at: number;
  outbox: number;
  notStarted: number;
}

heading(`POST /tasks at ${rate} requests/s for ${seconds} s`);
const stage = await openStage('accept');
try {
  await measure(stage);
} finally {
  agent.destroy();
  await stage.close();
}

async function measure(on: Stage): Promise<void> {
  const api = await startApi(on);
  await underLoad(api, { forSeconds: 3 }); // warm
  await untilDispatched(api);
  await idleStarts(on, api);
  const pids = { ...on.pids(), API: api.pid, 'this process': process.pid };
  const before = cpuOf(pids);
  const quiet = await underLoad(api, { forSeconds: seconds });
  await untilDispatched(api);
  const used = cpuBetween(before, cpuOf(pids));
  const models = await startModels(on, ['--delay', '200']);
  await startProgram(on, {
    script: 'workers/worker.ts',
    env: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: models.v1, OPENAI_MODEL: model, LOG_LEVEL: 'info' },
    ready: (output) => output.includes('The worker is ready.'),
  });
  const busy = await underLoad(api, { forSeconds: seconds });
  const named = [
    ['API and dispatcher alone', quiet],
    ['while a worker works through the tasks on the same machine', busy],
  ] as const;
  table(
    ['', 'answers', 'errors', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'],
    named.map(([name, load]) => [
      name,
      load.answers.length,
      errorsOf(load.answers),
      ...spread(load.answers.map((answer) => answer.ms)),
    ]),
  );
  table(
    ['process', 'processor ms per task, accepted and handed to Temporal'],
    Object.entries(used).map(([role, ms]) => [role, (ms / quiet.answers.length).toFixed(1)]),
  );
  for (const [name, load] of named) showBacklog(name, load.backlog);
  const sorted = quiet.answers.map((answer) => answer.ms).sort((a, b) => a - b);
  if (percentile(sorted, 95) > goals.acceptedMs || errorsOf(quiet.answers) > 0) process.exitCode = 1;
}

function spread(times: number[]): string[] {
  const sorted = [...times].sort((a, b) => a - b);
  return [50, 95, 99, 100].map((p) => percentile(sorted, p).toFixed(1));
}

function errorsOf(answers: Answer[]): number {
  return answers.filter((answer) => answer.status !== 201).length;
}

async function underLoad(
  api: RunningApi,
  { forSeconds }: { forSeconds: number },
): Promise<{ answers: Answer[]; backlog: Backlog[] }> {
  const began = performance.now();
  const backlog: Backlog[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      backlog.push({ at: (performance.now() - began) / 1000, ...(await readBacklog(api)) });
      await pause(1000);
    }
  })();
  const pending: Promise<Answer>[] = [];
  for (let n = 0; n < rate * forSeconds; n += 1) {
    const due = began + (n * 1000) / rate;
    const early = due - performance.now();
    if (early > 0) await pause(early);
    pending.push(give(api, `Goal ${n}: compare three suppliers and recommend one.`, due));
  }
  const answers = await Promise.all(pending);
  over = true;
  await watching;
  return { answers, backlog };
}

/** @param due when it was to be sent, from which its time counts */
function give(api: RunningApi, goal: string, due: number): Promise<Answer> {
  return new Promise((resolve) => {
    const end = (status: number, id = '') => resolve({ status, id, ms: performance.now() - due });
    const call = request(
      `${api.url}/api/v2/tasks`,
      { method: 'POST', agent, timeout: 15_000, headers: headersOf(api) },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          end(
            response.statusCode ?? 0,
            response.statusCode === 201 ? (JSON.parse(text) as { id: string }).id : '',
          ),
        );
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => end(0));
    call.end(JSON.stringify({ goal }));
  });
}

function headersOf(api: RunningApi): Record<string, string> {
  return {
    Authorization: `Bearer ${api.key}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': randomUUID(),
  };
}

async function readBacklog({ db }: RunningApi): Promise<Omit<Backlog, 'at'>> {
  const [row] = await db.acrossWorkspaces<Omit<Backlog, 'at'>>(
    `SELECT (SELECT count(*)::int FROM outbox WHERE status IN ('ready', 'leased')) AS outbox,
            (SELECT count(*)::int FROM tasks WHERE parent_id IS NULL AND temporal_started_at IS NULL) AS not_started`,
  );
  return row ?? { outbox: 0, notStarted: 0 };
}

function untilDispatched(api: RunningApi): Promise<boolean> {
  return waitFor(async () => (await readBacklog(api)).outbox === 0, {
    timeoutMs: 120_000,
    what: 'the outbox to be empty',
    everyMs: 100,
  });
}

function showBacklog(name: string, backlog: Backlog[]): void {
  const most = backlog.reduce((highest, one) => Math.max(highest, one.notStarted), 0);
  const line = backlog
    .filter((_, n) => n % 4 === 0)
    .map((one) => `${one.at.toFixed(0)} s: ${one.notStarted}`);
  console.log(`Accepted and not yet started in Temporal, ${name}: at most ${most} (${line.join(', ')})`);
}

/** One task at a time, nothing else: the clock of the record and that of Temporal's server are the same machine's. */
async function idleStarts(on: Stage, api: RunningApi): Promise<void> {
  const connection = await Connection.connect({ address: on.temporalAddress });
  on.closeLater(() => connection.close());
  const client = new Client({ connection, namespace: on.namespace });
  const samples: { sinceAnswer: number; sinceCommit: number; marked: number }[] = [];
  for (let n = 0; n < idle; n += 1) {
    const { id } = await give(api, `Idle goal ${n}`, performance.now());
    const answered = Date.now();
    const row = await waitFor(() => startedRow(api, id), {
      what: `task ${id} to be marked as started`,
      everyMs: 10,
    });
    const { startTime } = await client.workflow.getHandle(`task/${id}`).describe();
    const started = startTime.getTime();
    samples.push({
      sinceAnswer: started - answered,
      sinceCommit: started - row.createdAt.getTime(),
      marked: row.temporalStartedAt.getTime() - row.createdAt.getTime(),
    });
    await pause(20);
  }
  const columns = ['sinceCommit', 'sinceAnswer', 'marked'] as const;
  const names = {
    sinceCommit: 'from the beginning of the transaction to Temporal’s start time',
    sinceAnswer: 'from the 201 at the client to Temporal’s start time (below 0: it had started before)',
    marked: 'from the beginning of the transaction to the mark in the record',
  };
  table(
    [`accepted → started, ${idle} times, idle`, 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'],
    columns.map((column) => [names[column], ...spread(samples.map((sample) => sample[column]))]),
  );
  const sorted = samples.map((sample) => sample.sinceAnswer).sort((a, b) => a - b);
  if (percentile(sorted, 99) > goals.startedMs) process.exitCode = 1;
}

async function startedRow(
  { db }: RunningApi,
  id: string,
): Promise<{ createdAt: Date; temporalStartedAt: Date } | undefined> {
  const [row] = await db.acrossWorkspaces<{ createdAt: Date; temporalStartedAt: Date }>(
    'SELECT created_at, temporal_started_at FROM tasks WHERE id = $1 AND temporal_started_at IS NOT NULL',
    [id],
  );
  return row;
}
