/**
 * A fault run: the whole product under load, its parts killed at random, then all must come to rest and every invariant hold.
 *
 * Chance decides everything from the seed: when tasks come, who is killed when, and which model calls fail. What cannot be repeated is
 * time itself: the same seed hits the same parts at the same moments, not at the same instructions.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import pg from 'pg';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { createWorkRule } from '../support/scripted-model-server/work-rule.ts';
import { waitFor } from '../support/wait-for.ts';
import { createChance } from './chance.ts';
import { type Fault, planFaults, type Victim } from './fault-plan.ts';
import { checkInvariants, type Finding } from './invariants.ts';
import { giveLoad, type Load, planLoad } from './load.ts';
import { addPeople } from './people.ts';
import { type OrderDesk, startOrderDesk } from './order-desk.ts';
import { startPerson } from './person.ts';
import { setUpRuns } from './give-runs.ts';
import { makeStateFolder, type Product, removeStateFolder, startProduct } from './product.ts';

export interface FaultRunOptions {
  tasks: number;
  /** Of a workflow with every kind of step, beside the tasks. */
  runs: number;
  /** So many tasks and so many runs more, which somebody pauses, resumes, cancels and tries again. */
  meddled: number;
  kills: number;
  seed: number;
  /** How long all may take to come to rest after the last fault. */
  restMs: number;
  /** Milliseconds that a model takes to answer. */
  modelDelayMs: number;
  /** Of so many model calls in a hundred the first try fails. */
  faultsPerHundred: number;
  /** Who may be hit; API, worker, Temporal and `FLUSHALL` unless said. */
  victims?: readonly Victim[];
  /** Leave data and logs where they are. */
  keep?: boolean;
  say(line: string): void;
}

export interface FaultRunReport {
  findings: Finding[];
  load: Load;
  /** What a person had to do. */
  asked: { decisions: number; answers: number };
  /** How often what is hard to meet was met. */
  met: Record<string, number>;
  faults: Fault[];
  /** Entries in the model server's journal by what became of them. */
  served: Record<string, number>;
  /** Ledger rows by outcome. */
  booked: Record<string, number>;
  seconds: { faults: number; rest: number };
  stateFolder: string;
}

export async function faultRun(options: FaultRunOptions): Promise<FaultRunReport> {
  const chance = createChance(options.seed);
  const faults = planFaults(chance, options.kills, options.victims);
  const overMs = faults.reduce((sum, fault) => sum + fault.after, 0);
  const plan = { ...options, faults, given: planLoad(chance, options, overMs) };
  const { modelDelayMs: delayMs, faultsPerHundred, seed } = options;
  const models = await startScriptedModelServer({
    rule: createWorkRule({ delayMs, faultsPerHundred, seed, planSteps: 4, toolsPerHundred: 40 }),
  });
  const orders = await startOrderDesk(1500);
  const stateFolder = makeStateFolder('chaos');
  let product: Product | undefined;
  try {
    product = await startProduct(stateFolder, environment(models));
    options.say(`The product is up after ${(product.readyMs / 1000).toFixed(1)} s.`);
    return await underFaults(product, { models, orders }, plan);
  } finally {
    await product?.stop();
    await models.close();
    await orders.close();
    if (!options.keep) await removeStateFolder(stateFolder);
  }
}

/** The scripted models stand in for OpenAI, and for the embedded model too, which is then not started. */
function environment(models: ScriptedModelServer): Record<string, string> {
  return {
    OPENAI_API_KEY: 'scripted',
    OPENAI_BASE_URL: models.v1,
    OPENAI_MODEL: 'gpt-4.1-mini',
    LLAMA_BASE_URL: models.v1,
    MODEL_STALL_SECONDS: '5',
    TOOL_PRIVATE_HOSTS: '127.0.0.1',
  };
}

type Planned = FaultRunOptions & { faults: Fault[]; given: ReturnType<typeof planLoad> };

/** The others: who answers for models, and who takes orders. Each keeps a book of its own. */
interface Others {
  models: ScriptedModelServer;
  orders: OrderDesk;
}

async function underFaults(
  product: Product,
  { models, orders }: Others,
  plan: Planned,
): Promise<FaultRunReport> {
  const { databaseUrl } = product.endpoints();
  const database = new pg.Pool({ connectionString: databaseUrl, max: 2, application_name: 'chaos' });
  database.on('error', () => {});
  try {
    // Lost tries are booked at their maximum: a large run would meet the $20 a day of a fresh workspace.
    await database.query('UPDATE budgets SET limit_micro_usd = 1e12, limit_tokens = 1e12');
    const desk = { url: () => product.endpoints().api, ownerKey: product.ownerKey() };
    const people = await addPeople(database, ['Ada', 'Grace']);
    const workflowId = await setUpRuns(desk, { key: `chaos-${plan.seed}`, orderUrl: orders.url });
    const person = startPerson(desk, people);
    const from = Date.now();
    const [load] = await Promise.all([
      giveLoad({ desk, workflowId, seed: plan.seed }, plan.given),
      doHarm(product, models, plan),
    ]);
    const rested = Date.now();
    await comeToRest(product, database, plan);
    await person.stop();
    const done = Date.now();
    const { decisions, answers } = person;
    const findings = await checkInvariants(
      async (text, parameters) => (await database.query(text, parameters)).rows,
      {
        ...load,
        messages: [...load.messages, ...answers],
        decisions,
        orders: orders.orders(),
        journal: models.journal(),
      },
    );
    findings.push(await nothingOpenInTemporal(product));
    const ledger = await database.query<{ outcome: string; n: number }>(
      'SELECT outcome, count(*)::int AS n FROM ledger GROUP BY outcome',
    );
    return {
      findings,
      load,
      asked: { decisions: decisions.length, answers: answers.length },
      met: { ...(await whatWasMet(database)), orders: orders.orders().length },
      faults: plan.faults,
      served: countBy(models.journal().map((entry) => entry.outcome)),
      booked: Object.fromEntries(ledger.rows.map((row) => [row.outcome, row.n])),
      seconds: { faults: (rested - from) / 1000, rest: (done - rested) / 1000 },
      stateFolder: product.stateFolder,
    };
  } finally {
    await database.end();
  }
}

/** Beside the load, both by the plan. */
async function doHarm(product: Product, models: ScriptedModelServer, plan: Planned): Promise<void> {
  const from = Date.now();
  for (const [n, fault] of plan.faults.entries()) {
    await pause(fault.after);
    const open = fault.inMidCall ? await untilMidCall(models) : openCalls(models);
    await harm(product, fault);
    const what = fault.victim === 'flush' ? 'FLUSHALL' : `kill -9 ${fault.victim}`;
    plan.say(
      `${((Date.now() - from) / 1000).toFixed(1)} s  ${n + 1}/${plan.faults.length}  ${what}, model calls under way: ${open}`,
    );
  }
}

const openCalls = (models: ScriptedModelServer) =>
  models.journal().filter((entry) => entry.outcome === 'open').length;

async function untilMidCall(models: ScriptedModelServer): Promise<number> {
  return waitFor(() => openCalls(models), { what: 'a model call', timeoutMs: 20_000, everyMs: 5 }).catch(
    () => 0,
  );
}

async function harm(product: Product, { victim }: Fault): Promise<void> {
  if (victim === 'flush') return flush(product.endpoints().redisUrl);
  const isThere = { what: `${victim} to be there, to be killed`, timeoutMs: 30_000 };
  await waitFor(() => product.exitCode() !== null || product.kill(victim), isThere);
  mustRun(product);
}

/** The supervisor brings parts back; that it gives up is a failure of the product. */
function mustRun(product: Product): void {
  if (product.exitCode() !== null)
    throw new Error(`The product has ended by itself:\n${product.output().slice(-6000)}`);
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 2 });
  redis.on('error', () => {});
  try {
    await redis.flushall();
  } catch {
    // It was killed a moment ago, which empties it just as well.
  } finally {
    redis.disconnect();
  }
}

const countOpenWork = `
  SELECT (SELECT count(*)::int FROM tasks WHERE status NOT IN ('completed', 'failed', 'cancelled')) AS tasks,
         (SELECT count(*)::int FROM runs WHERE status NOT IN ('completed', 'failed', 'cancelled')) AS runs,
         (SELECT count(*)::int FROM outbox WHERE status IN ('ready', 'leased')) AS outbox,
         (SELECT count(*)::int FROM ledger WHERE outcome = 'open') AS ledger`;

/** In words; empty when all has ended. */
async function openWork(database: pg.Pool): Promise<string> {
  try {
    const { rows } = await database.query<Record<string, number>>(countOpenWork);
    const open = Object.entries(rows[0] ?? {}).filter(([, n]) => n > 0);
    return open.map(([name, n]) => `${name} ${n}`).join(', ');
  } catch (error) {
    return `the database does not answer (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Waits for the end of all work; when it does not come, the invariants tell what is left, so that is no error here. */
async function comeToRest(product: Product, database: pg.Pool, plan: Planned): Promise<void> {
  const deadline = Date.now() + plan.restMs;
  let said = 0;
  for (;;) {
    const words = await openWork(database);
    if (words === '') return;
    mustRun(product);
    if (Date.now() > deadline) return plan.say(`It did not come to rest: ${words}`);
    if (Date.now() - said > 10_000) {
      plan.say(`Still open: ${words}`);
      said = Date.now();
    }
    await pause(250);
  }
}

async function whatWasMet(database: pg.Pool): Promise<Record<string, number>> {
  const { rows } = await database.query<{ what: string; n: number }>(`
    SELECT type AS what, count(*)::int AS n FROM events
     WHERE type IN ('approval.expired', 'message.expired', 'message.withdrawn', 'plan.revised', 'step.retried', 'run.paused', 'run.cancelled', 'task.cancelled') GROUP BY type
    UNION ALL SELECT 'uncertain calls', count(*)::int FROM approvals WHERE kind = 'uncertain'
    UNION ALL SELECT 'four eyes', count(*)::int FROM approvals WHERE four_eyes AND status = 'approved'`);
  return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
}

async function nothingOpenInTemporal(product: Product): Promise<Finding> {
  const connection = await Connection.connect({
    address: product.endpoints().temporalAddress,
    connectTimeout: 10_000,
  });
  try {
    const client = new Client({ connection });
    const open = async () => {
      const found = [];
      for await (const execution of client.workflow.list({ query: `ExecutionStatus = 'Running'` }))
        found.push({ id: execution.workflowId, type: execution.type });
      return found;
    };
    // The list follows the histories within moments.
    await waitFor(async () => (await open()).length === 0, {
      what: 'Temporal to be idle',
      timeoutMs: 15_000,
      everyMs: 250,
    }).catch(() => undefined);
    return { name: 'nothing is open in Temporal', broken: await open() };
  } finally {
    await connection.close();
  }
}

function countBy(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
