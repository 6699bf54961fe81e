/** The worker of the plain side: a process of its own, two task queues, and the same limits as workers/worker.ts. */
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import OpenAI from 'openai';
import pg from 'pg';
import { createPlainActivities } from './activities.ts';

const {
  DATABASE_URL,
  TEMPORAL_ADDRESS,
  TEMPORAL_NAMESPACE,
  OPENAI_BASE_URL,
  OPENAI_API_KEY,
  PLAIN_MODEL,
  PLAIN_AT_ONCE = '200',
} = process.env;

Runtime.install({ shutdownSignals: [], logger: { ...silent(), warn: console.warn, error: console.error } });
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 12 });
const openai = new OpenAI({ apiKey: OPENAI_API_KEY, baseURL: OPENAI_BASE_URL, maxRetries: 0 });
const activities = createPlainActivities({ pool, openai, model: PLAIN_MODEL ?? 'scripted' });
const connection = await NativeConnection.connect({ address: TEMPORAL_ADDRESS });
const shared = { connection, namespace: TEMPORAL_NAMESPACE, activities };
const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
const workers = await Promise.all([
  Worker.create({
    ...shared,
    taskQueue: 'plain',
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger: silent() }),
    maxConcurrentActivityTaskExecutions: 100,
    maxConcurrentLocalActivityExecutions: 100,
  }),
  Worker.create({
    ...shared,
    taskQueue: 'plain-models',
    maxConcurrentActivityTaskExecutions: Number(PLAIN_AT_ONCE),
  }),
]);
process.once('SIGTERM', () => workers.forEach((worker) => worker.shutdown()));
process.stdout.write('The worker is ready.\n');
await Promise.all(workers.map((worker) => worker.run()));
await pool.end();
await connection.close();

function silent() {
  const nothing = () => undefined;
  return { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
}
