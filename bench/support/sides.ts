/** The two sides that run the ten steps: ours through the product's run path, and hand-written plain Temporal. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { pino } from 'pino';
import type { Caller } from '../../src/commands/caller.ts';
import { createWorkflow } from '../../src/commands/create-workflow.ts';
import { startRun } from '../../src/commands/start-run.ts';
import { createDataSource } from '../../src/db/data-source.ts';
import { createDatabase, type Database } from '../../src/db/record.ts';
import { failByDispatch } from '../../src/db/standing/operations.ts';
import { createFeed, type Feed } from '../../src/feed/feed.ts';
import { createTemporalClient } from '../../src/temporal/client.ts';
import { startDispatcher } from '../../src/temporal/dispatcher.ts';
import { createStartTarget } from '../../src/temporal/start-target.ts';
import { plainTables } from '../plain/activities.ts';
import { tenSteps, tenStepsDefinition } from '../plain/shape.ts';
import { startProgram } from './programs.ts';
import type { Stage } from './stage.ts';

export interface Side {
  name: string;
  workerPid: number;
  /** Runs all ten steps once and answers when the record has the end. @returns the ids of the Temporal workflows */
  run(): Promise<string[]>;
}

export const model = 'gpt-4.1-mini';

/** Run path of the product: the desk's command, outbox, dispatcher (in this process, as in the API process), the real worker. */
export async function openOurs(
  stage: Stage,
  options: { modelsUrl: string; imports: string[]; statementsFile: string },
): Promise<Side & { db: Database }> {
  const worker = await startProgram(stage, {
    script: 'workers/worker.ts',
    imports: options.imports,
    env: {
      OPENAI_API_KEY: 'bench',
      OPENAI_BASE_URL: options.modelsUrl,
      OPENAI_MODEL: model,
      LOG_LEVEL: 'info',
      STATEMENTS_FILE: options.statementsFile,
    },
    ready: (output) => output.includes('The worker is ready.'),
  });
  const dataSource = createDataSource({ url: stage.databaseUrl, poolSize: 12, applicationName: 'bench' });
  await dataSource.initialize();
  stage.closeLater(() => dataSource.destroy());
  const feed = createFeed({ redisUrl: stage.redisUrl, logger: pino({ level: 'warn' }) });
  stage.closeLater(() => feed.close());
  await feed.ready();
  const db = createDatabase(dataSource, feed.bell);
  dispatch(stage, db, feed);
  const caller = await ownerOf(db);
  // The seeded agents take a few tasks each; here nothing may wait for one.
  for (const rows of ['agents', 'agent_capabilities'])
    await db.acrossWorkspaces(`UPDATE ${rows} SET max_concurrent = 100000`);
  const scope = { workspaceId: caller.workspaceId, actor: caller.principalId };
  const workflow = await db.inWorkspace(scope, (tx) =>
    createWorkflow(tx, caller, { source: tenStepsDefinition, tools: [] }),
  );
  const ends = watchEnds(db);
  stage.closeLater(() => ends.stop());
  return {
    name: 'Adjutant',
    db,
    workerPid: worker.pid,
    async run() {
      const { id } = await db.inWorkspace(scope, (tx) =>
        startRun(tx, caller, { workflowId: workflow.id, inputs: {} }),
      );
      const status = await ends.of(id);
      if (status !== 'completed') throw new Error(`Run ${id} is ${status}.`);
      return [`run/${id}`];
    },
  };
}

function dispatch(stage: Stage, db: Database, feed: Feed): void {
  const { temporalAddress: address, namespace } = stage;
  const client = createTemporalClient({ address, namespace, apiKey: undefined, tls: false });
  stage.closeLater(() => client.connection.close());
  const dispatcher = startDispatcher({
    db,
    feed,
    startTarget: createStartTarget(client),
    failTarget: (target, message) => failByDispatch(db, target, message),
    logger: pino({ level: 'warn' }),
    owner: 'bench',
  });
  stage.closeLater(() => dispatcher.stop());
}

export async function ownerOf(db: Database): Promise<Caller> {
  const [owner] = await db.acrossWorkspaces<{ id: string; workspaceId: string }>(
    'SELECT id, workspace_id FROM principals LIMIT 1',
  );
  if (!owner) throw new Error('The database has no principal.');
  return { workspaceId: owner.workspaceId, principalId: owner.id, role: 'owner' };
}

/** Often while one is waited for alone, seldom under load: watching must cost next to nothing. */
const [pollAloneMs, pollManyMs] = [5, 40];

/** One small query for all runs that are waited for, so that watching costs next to nothing. */
function watchEnds(db: Database) {
  const waiting = new Map<string, (status: string) => void>();
  let stopped = false;
  async function look(): Promise<void> {
    const rows = await db.acrossWorkspaces<{ id: string; status: string }>(
      `SELECT id, status FROM runs WHERE id = ANY ($1) AND status IN ('completed', 'failed', 'cancelled')`,
      [[...waiting.keys()]],
    );
    for (const { id, status } of rows) {
      waiting.get(id)?.(status);
      waiting.delete(id);
    }
  }
  async function watch(): Promise<void> {
    while (!stopped) {
      if (waiting.size > 0) await look();
      await new Promise((resolve) => setTimeout(resolve, waiting.size > 1 ? pollManyMs : pollAloneMs));
    }
  }
  const watching = watch();
  return {
    of: (id: string) => new Promise<string>((resolve) => waiting.set(id, resolve)),
    stop: () => {
      stopped = true;
      return watching;
    },
  };
}

export async function openPlain(stage: Stage, options: { modelsUrl: string }): Promise<Side> {
  const setUp = new pg.Client({ connectionString: stage.databaseUrl });
  await setUp.connect();
  for (const statement of plainTables) await setUp.query(statement);
  await setUp.end();
  const worker = await startProgram(stage, {
    script: 'bench/plain/worker.ts',
    env: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: options.modelsUrl, PLAIN_MODEL: model },
    ready: (output) => output.includes('The worker is ready.'),
  });
  const connection = await Connection.connect({ address: stage.temporalAddress });
  stage.closeLater(() => connection.close());
  const client = new Client({ connection, namespace: stage.namespace });
  return {
    name: 'plain Temporal',
    workerPid: worker.pid,
    async run() {
      const runId = randomUUID();
      await client.workflow.execute('plainRun', {
        workflowId: `plain/${runId}`,
        taskQueue: 'plain',
        args: [{ runId, steps: tenSteps }],
      });
      return [`plain/${runId}`, ...tenSteps.map((step) => `plain/${runId}/${step.id}`)];
    },
  };
}
