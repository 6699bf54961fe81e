/**
 * Our part of a model call, and a thousand of them at once.
 *
 * One after the other: the activity (claim, call, settle: assemble, reserve, journal, book, decide) beside the bare SDK with the same
 * request to the same scripted server, in turns. At once: tasks of one call that takes a second, on one worker, beside plain Temporal
 * with one activity that makes the same call and writes one row.
 *
 * npm run bench model-call -- [--calls 200] [--at-once 1000] [--delay 1000]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import OpenAI from 'openai';
import pg from 'pg';
import { pino } from 'pino';
import { createTask } from '../src/commands/create-task.ts';
import type { Caller } from '../src/commands/caller.ts';
import type { Config } from '../src/config.ts';
import type { JobInput, Standing } from '../src/contracts/corridor.ts';
import { CreateTask } from '../src/contracts/task.ts';
import { createDataSource } from '../src/db/data-source.ts';
import { createDatabase, type Database } from '../src/db/record.ts';
import { createFeed } from '../src/feed/feed.ts';
import { createStartTarget } from '../src/temporal/start-target.ts';
import { createTemporalClient } from '../src/temporal/client.ts';
import { type Activities, createActivities } from '../workers/activities.ts';
import { createModelsOfWorkspaces } from '../workers/models-of-workspaces.ts';
import { plainTables } from './plain/activities.ts';
import { cpuOf } from './support/cpu.ts';
import { heading, percentile, table } from './support/figures.ts';
import { startModels, startProgram } from './support/programs.ts';
import { model, ownerOf } from './support/sides.ts';
import { openStage, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '200' },
    'at-once': { type: 'string', default: '1000' },
    delay: { type: 'string', default: '1000' },
  },
});
const [calls, atOnce, delay] = [values.calls, values['at-once'], values.delay].map(Number) as [
  number,
  number,
  number,
];

heading('Model calls');
const stage = await openStage('model-call');
try {
  const desk = await openDesk(stage);
  await oneByOne(desk);
  await allAtOnce(desk);
} finally {
  await stage.close();
}

interface Desk {
  stage: Stage;
  db: Database;
  caller: Caller;
  redisUrl: string;
}

async function openDesk(on: Stage): Promise<Desk> {
  const dataSource = createDataSource({ url: on.databaseUrl, poolSize: 12, applicationName: 'bench' });
  await dataSource.initialize();
  on.closeLater(() => dataSource.destroy());
  const db = createDatabase(dataSource, { ring: () => undefined });
  for (const rows of ['agents', 'agent_capabilities'])
    await db.acrossWorkspaces(`UPDATE ${rows} SET max_concurrent = 100000`);
  return { stage: on, db, caller: await ownerOf(db), redisUrl: on.redisUrl };
}

/** A task for one agent, which one call completes. Its budget is that of every goal. */
async function give({ db, caller }: Desk): Promise<string> {
  const input = CreateTask.parse({
    goal: 'Say it in a sentence.',
    requires: [{ name: 'writing', level: 1 }],
  });
  const scope = { workspaceId: caller.workspaceId, actor: caller.principalId };
  return (await db.inWorkspace(scope, (tx) => createTask(tx, caller, input))).id;
}

async function oneByOne(desk: Desk): Promise<void> {
  const models = await startModels(desk.stage);
  const ours = openActivities(desk, models.v1);
  const { callModel } = ours.models as { callModel(input: JobInput): Promise<unknown> };
  const { standTask } = ours.orchestrate as {
    standTask(look: object): Promise<Standing>;
  };
  const openai = new OpenAI({ apiKey: 'bench', baseURL: models.v1, maxRetries: 0 });
  const environment = new MockActivityEnvironment();
  const took: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  const used = { ours: { node: 0, postgres: 0 }, bare: { node: 0, postgres: 0 } };
  const processor = () => {
    const { user, system } = process.cpuUsage();
    return { node: (user + system) / 1000, postgres: cpuOf(desk.stage.pids()).postgres ?? 0 };
  };
  for (let n = -20; n < calls; n += 1) {
    const id = await give(desk);
    const { workspaceId } = desk.caller;
    const look = { id, workspaceId, now: Date.now(), lost: [], operations: false };
    const key = ((await environment.run(standTask, look)) as Standing).start[0]?.key ?? '';
    const before = processor();
    const whole = await timed(() => environment.run(callModel, { id, workspaceId, key, now: Date.now() }));
    const between = processor();
    const bare = await timed(() => bareCall(openai));
    if (n < 0) continue;
    const after = processor();
    for (const role of ['node', 'postgres'] as const) {
      used.ours[role] += between[role] - before[role];
      used.bare[role] += after[role] - between[role];
    }
    took.ours.push(whole);
    took.bare.push(bare);
  }
  reportOneByOne(took, used);
}

/** The same work for the model, without anything of ours. */
async function bareCall(openai: OpenAI): Promise<void> {
  const stream = openai.chat.completions.stream({
    model,
    messages: [
      { role: 'system', content: 'You are a writer.'.repeat(30) },
      { role: 'user', content: '# Task\n\nSay it in a sentence.' },
    ],
    stream_options: { include_usage: true },
  });
  await stream.finalChatCompletion();
}

interface Used {
  node: number;
  postgres: number;
}

function reportOneByOne(took: { ours: number[]; bare: number[] }, used: { ours: Used; bare: Used }): void {
  const part = took.ours.map((ms, n) => ms - (took.bare[n] ?? 0));
  const line = (name: string, times: number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return [name, ...[50, 95, 99].map((p) => percentile(sorted, p).toFixed(1))];
  };
  console.log(`${calls} calls one after the other, milliseconds:\n`);
  table(
    ['', 'p50', 'p95', 'p99'],
    [line('whole call', took.ours), line('bare SDK', took.bare), line('our part', part)],
  );
  // What a busy machine does not blur.
  const each = (ms: number) => (ms / calls).toFixed(1);
  console.log('Processor milliseconds for each:\n');
  table(
    ['', 'this process', 'PostgreSQL'],
    (['ours', 'bare'] as const).map((side) => [side, each(used[side].node), each(used[side].postgres)]),
  );
}

function openActivities({ stage: on, db }: Desk, baseUrl: string): Activities {
  const feed = createFeed({ redisUrl: on.redisUrl, logger: pino({ level: 'warn' }) });
  on.closeLater(() => feed.close());
  const models = {
    openai: { apiKey: 'bench', baseUrl, model },
    anthropic: undefined,
    llama: undefined,
    stallMs: 60_000,
  } as Config['models'];
  const config = { models, filesDir: `${on.stateFolder}/files` };
  return createActivities({
    config: config as Parameters<typeof createActivities>[0]['config'],
    models: createModelsOfWorkspaces({ models }).models,
    db,
    feed,
  } as Parameters<typeof createActivities>[0]);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function allAtOnce(desk: Desk): Promise<void> {
  const models = await startModels(desk.stage, ['--delay', String(delay)]);
  const plain = await plainAtOnce(desk, models.v1);
  const ours = await oursAtOnce(desk, models.v1);
  console.log(`${atOnce} calls of ${delay} ms at once, one worker:\n`);
  table(
    ['', 'seconds', 'memory of the worker, at most'],
    [
      ['Adjutant', ours.seconds.toFixed(1), `${ours.megabytes} MB`],
      ['plain Temporal', plain.seconds.toFixed(1), `${plain.megabytes} MB`],
      ['ratio', (ours.seconds / plain.seconds).toFixed(2), ''],
    ],
  );
}

interface Outcome {
  seconds: number;
  megabytes: number;
}

async function oursAtOnce(desk: Desk, v1: string): Promise<Outcome> {
  const { stage: on, db, caller } = desk;
  const worker = await startProgram(on, {
    script: 'workers/worker.ts',
    env: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: v1, OPENAI_MODEL: model, LOG_LEVEL: 'info' },
    ready: (output) => output.includes('The worker is ready.'),
  });
  const ids: string[] = [];
  for (let n = 0; n < atOnce; n += 1) ids.push(await give(desk));
  const client = createTemporalClient({
    address: on.temporalAddress,
    namespace: on.namespace,
    apiKey: undefined,
    tls: false,
  });
  on.closeLater(() => client.connection.close());
  const start = createStartTarget(client, 60_000);
  const from = performance.now();
  await Promise.all(
    ids.map((id) =>
      start({ target: `task/${id}`, label: 'bench', workspaceId: caller.workspaceId, rootTaskId: id }),
    ),
  );
  for (;;) {
    const [row] = await db.acrossWorkspaces<{ done: number; bad: number }>(
      `SELECT count(*) FILTER (WHERE status = 'completed')::int AS done, count(*) FILTER (WHERE status IN ('failed', 'cancelled'))::int AS bad FROM tasks WHERE id = ANY ($1)`,
      [ids],
    );
    if ((row?.bad ?? 0) > 0) throw new Error(`${row?.bad} tasks failed.`);
    if (row?.done === atOnce) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { seconds: (performance.now() - from) / 1000, megabytes: mostMemory(worker.pid) };
}

async function plainAtOnce({ stage: on }: Desk, v1: string): Promise<Outcome> {
  const setUp = new pg.Client({ connectionString: on.databaseUrl });
  await setUp.connect();
  for (const statement of plainTables) await setUp.query(statement);
  await setUp.end();
  const worker = await startProgram(on, {
    script: 'bench/plain/worker.ts',
    env: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: v1, PLAIN_MODEL: model, PLAIN_AT_ONCE: String(atOnce) },
    ready: (output) => output.includes('The worker is ready.'),
  });
  const connection = await Connection.connect({ address: on.temporalAddress });
  on.closeLater(() => connection.close());
  const client = new Client({ connection, namespace: on.namespace });
  const from = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, (_, n) =>
      client.workflow.execute('plainStep', {
        workflowId: `plain-call/${n}`,
        taskQueue: 'plain',
        args: [{ runId: 'at-once', stepId: `s${n}`, goal: 'Say it in a sentence.' }],
      }),
    ),
  );
  return { seconds: (performance.now() - from) / 1000, megabytes: mostMemory(worker.pid) };
}

function mostMemory(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? Number.NaN) / 1024);
}
