/**
 * A thousand model calls of a second at once, on one worker.
 *
 * Calls: one Temporal workflow starts the product's own activity for tasks that have come to their call; beside it an activity of plain
 * Temporal that makes the same call and writes one row, started the same way. Tasks: each a Temporal workflow of its own, from its start
 * until the record has its end.
 *
 * npm run bench calls-at-once -- [--calls 1000] [--tasks 300] [--delay 1000] [--rounds 2]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { JobInput, Standing } from '../src/contracts/corridor.ts';
import { createTemporalClient } from '../src/temporal/client.ts';
import { createStartTarget } from '../src/temporal/start-target.ts';
import { plainTables } from './plain/activities.ts';
import { cpuBetween, cpuOf } from './support/cpu.ts';
import { type Desk, giveTask, hireFor, openActivities, openDesk } from './support/desk.ts';
import { heading, table } from './support/figures.ts';
import { startModels, startProgram } from './support/programs.ts';
import { model } from './support/sides.ts';
import { openStage, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000' },
    tasks: { type: 'string', default: '300' },
    delay: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '2' },
  },
});
const { calls, tasks, delay, rounds } = {
  rounds: Number(values.rounds),
  calls: Number(values.calls),
  tasks: Number(values.tasks),
  delay: Number(values.delay),
};

const capability = 'benching';

heading('Model calls at once');
const stage = await openStage('calls-at-once');
try {
  const desk = await openDesk(stage);
  await hireFor(desk, { capability, tasks: Math.max(calls, tasks) });
  const { v1 } = await startModels(stage, ['--delay', String(delay)]);
  const connection = await Connection.connect({ address: stage.temporalAddress });
  stage.closeLater(() => connection.close());
  const temporal = new Client({ connection, namespace: stage.namespace });
  const [plain, ours] = [await openPlain({ desk, v1, temporal }), await openOurs({ desk, v1, temporal })];
  for (let round = 1; round <= rounds; round += 1) {
    const atOnce = { plain: await plain.calls(round), ours: await ours.calls(round) };
    report(`Round ${round}: ${calls} calls of ${delay} ms at once, one worker`, atOnce, calls);
  }
  const inTasks = { plain: await plain.tasks(), ours: await ours.tasks() };
  report(`${tasks} tasks of one such call at once, one worker`, inTasks, tasks);
} finally {
  await stage.close();
}

interface House {
  desk: Desk;
  /** Of the model server. */
  v1: string;
  temporal: Client;
}

interface AtOnce {
  calls(round: number): Promise<Outcome>;
  tasks(): Promise<Outcome>;
}

interface Outcome {
  seconds: number;
  megabytes: number;
  /** Processor milliseconds, by process. */
  cpu: Record<string, number>;
}

async function openOurs({ desk, v1, temporal }: House): Promise<AtOnce> {
  const worker = await startProgram(desk.stage, {
    script: 'workers/worker.ts',
    env: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: v1, OPENAI_MODEL: model, LOG_LEVEL: 'info' },
    ready: (output) => output.includes('The worker is ready.'),
  });
  const { temporalAddress: address, namespace } = desk.stage;
  const client = createTemporalClient({ address, namespace, apiKey: undefined, tls: false });
  desk.stage.closeLater(() => client.connection.close());
  const start = createStartTarget(client, 60_000);
  const { workspaceId } = desk.caller;
  return {
    async calls(round) {
      const jobs = await comeToTheirCall(desk, { v1, count: calls });
      return measure(desk.stage, worker.pid, async () => {
        await callAll(temporal, { round, taskQueue: 'models', inputs: jobs });
        await allCompleted(
          desk,
          jobs.map(({ id }) => id),
        );
      });
    },
    async tasks() {
      const ids: string[] = [];
      for (let n = 0; n < tasks; n += 1) ids.push(await giveTask(desk, capability));
      return measure(desk.stage, worker.pid, async () => {
        await Promise.all(
          ids.map((id) => start({ target: `task/${id}`, label: 'bench', workspaceId, rootTaskId: id })),
        );
        await allCompleted(desk, ids);
      });
    },
  };
}

/** Tasks with an agent, decided on up to the call that is to be made. */
async function comeToTheirCall(
  desk: Desk,
  { v1, count }: { v1: string; count: number },
): Promise<JobInput[]> {
  const { standTask } = openActivities(desk, v1).orchestrate as {
    standTask(look: object): Promise<Standing>;
  };
  const environment = new MockActivityEnvironment();
  const { workspaceId } = desk.caller;
  const jobs: JobInput[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = await giveTask(desk, capability);
    const now = Date.now();
    const standing: Standing = await environment.run(standTask, {
      id,
      workspaceId,
      now,
      lost: [],
      operations: false,
      since: 0,
    });
    jobs.push({ id, workspaceId, now, key: standing.start[0]?.key ?? '' });
  }
  return jobs;
}

async function allCompleted({ db }: Desk, ids: string[]): Promise<void> {
  for (;;) {
    const [row] = await db.acrossWorkspaces<{ done: number; bad: number }>(
      `SELECT count(*) FILTER (WHERE status = 'completed')::int AS done, count(*) FILTER (WHERE status IN ('failed', 'cancelled'))::int AS bad FROM tasks WHERE id = ANY ($1)`,
      [ids],
    );
    if ((row?.bad ?? 0) > 0) throw new Error(`${row?.bad} tasks failed.`);
    if (row?.done === ids.length) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function openPlain({ desk: { stage: on }, v1, temporal }: House): Promise<AtOnce> {
  const pool = new pg.Client({ connectionString: on.databaseUrl });
  await pool.connect();
  on.closeLater(() => pool.end());
  for (const statement of plainTables) await pool.query(statement);
  const worker = await startProgram(on, {
    script: 'bench/plain/worker.ts',
    env: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: v1, PLAIN_MODEL: model, PLAIN_AT_ONCE: '1000' },
    ready: (output) => output.includes('The worker is ready.'),
  });
  const stepOf = (n: number, round = 0) => ({
    runId: `at-once-${round}`,
    stepId: `s${n}`,
    goal: 'Say it in a sentence.',
  });
  return {
    async calls(round) {
      const inputs = Array.from({ length: calls }, (_, n) => stepOf(n, round));
      await pool.query(
        `INSERT INTO plain_steps (run_id, id, status, goal) SELECT $2, 's' || n, 'running', 'Say it in a sentence.' FROM generate_series(0, $1 - 1) n`,
        [calls, `at-once-${round}`],
      );
      return measure(on, worker.pid, () => callAll(temporal, { round, taskQueue: 'plain-models', inputs }));
    },
    tasks: () =>
      measure(on, worker.pid, () =>
        Promise.all(
          Array.from({ length: tasks }, (_, n) =>
            temporal.workflow.execute('plainStep', {
              workflowId: `plain-call/${n}`,
              taskQueue: 'plain',
              args: [stepOf(calls + n)],
            }),
          ),
        ),
      ),
  };
}

/** One Temporal workflow that starts all of them at once; it runs on the plain side's worker for both. */
function callAll(
  temporal: Client,
  { round, taskQueue, inputs }: { round: number; taskQueue: string; inputs: object[] },
) {
  const workflowId = `call-all/${taskQueue}/${round}`;
  return temporal.workflow.execute('callAll', { workflowId, taskQueue: 'plain', args: [taskQueue, inputs] });
}

async function measure(on: Stage, workerPid: number, work: () => Promise<unknown>): Promise<Outcome> {
  const pids = () => ({ ...on.pids(), worker: workerPid });
  const [from, before] = [performance.now(), cpuOf(pids())];
  await work();
  return {
    seconds: (performance.now() - from) / 1000,
    cpu: cpuBetween(before, cpuOf(pids())),
    megabytes: mostMemory(workerPid),
  };
}

function mostMemory(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? Number.NaN) / 1024);
}

function report(title: string, { ours, plain }: Record<'ours' | 'plain', Outcome>, count: number): void {
  const line = (name: string, { seconds, megabytes, cpu }: Outcome) => [
    name,
    seconds.toFixed(1),
    `${megabytes} MB`,
    ...['worker', 'postgres', 'temporal'].map((role) => ((cpu[role] ?? 0) / count).toFixed(1)),
  ];
  console.log(`${title}; processor milliseconds for each:\n`);
  table(
    ['', 'seconds', 'memory of the worker, at most', 'worker', 'PostgreSQL', 'Temporal'],
    [
      line('Adjutant', ours),
      line('plain Temporal', plain),
      ['ratio', (ours.seconds / plain.seconds).toFixed(2), '', '', '', ''],
    ],
  );
}
