/**
 * Big runs through the product's own path (command, outbox, dispatcher, Temporal, worker): a chain of 1,000 set steps; 200 agent steps at
 * once; and how long a tree of 100 tasks takes from the request to cancel until all of it is final in the record and closed in Temporal,
 * while each of its model calls is under way.
 *
 * npm run bench big-run -- [--times 3] [--steps 1000] [--parallel 200] [--tree 100]
 */
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { cancelRun } from '../src/commands/cancel-run.ts';
import { createWorkflow } from '../src/commands/create-workflow.ts';
import { startRun } from '../src/commands/start-run.ts';
import type { Tx } from '../src/db/record.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { heading, showSpread, spreadOf, table } from './support/figures.ts';
import { startModels } from './support/programs.ts';
import { openOurs, ownerOf } from './support/sides.ts';
import { withoutAnswer } from './support/silent-rule.ts';
import { openStage, root, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '3' },
    steps: { type: 'string', default: '1000' },
    parallel: { type: 'string', default: '200' },
    tree: { type: 'string', default: '100' },
  },
});
const [times, steps, parallel, tree] = [values.times, values.steps, values.parallel, values.tree].map(
  Number,
) as [number, number, number, number];

heading('Big runs');
const stage = await openStage('big-run');
try {
  await measure(stage);
} finally {
  await stage.close();
}

async function measure(on: Stage): Promise<void> {
  const models = await startModels(on, ['--script', `${root}/bench/support/silent-rule.ts`]);
  const bench = await openBench(on, models.v1);
  const chain = await secondsOf(() => bench.toEnd(chainOf(steps)));
  const wide = await secondsOf(() => bench.toEnd(wideOf(parallel)));
  const cancelled: number[] = [];
  for (let n = 0; n < times; n += 1) cancelled.push(await bench.cancelTree());
  table(
    ['seconds', `median (min to max) of ${times}`],
    [
      [`${steps} set steps in a chain`, showSpread(spreadOf(chain), 2)],
      [`${parallel} agent steps at once`, showSpread(spreadOf(wide), 2)],
      [`cancel of ${tree} tasks in ten nested runs`, showSpread(spreadOf(cancelled), 2)],
    ],
  );
}

async function secondsOf(work: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const from = performance.now();
    await work();
    all.push((performance.now() - from) / 1000);
  }
  return all;
}

async function openBench(on: Stage, modelsUrl: string) {
  const { db } = await openOurs(on, { modelsUrl, imports: [], statementsFile: '' });
  const connection = await Connection.connect({ address: on.temporalAddress });
  on.closeLater(() => connection.close());
  const client = new Client({ connection, namespace: on.namespace });
  const caller = await ownerOf(db);
  const desk = <Result>(work: (tx: Tx) => Promise<Result>) =>
    db.inWorkspace({ workspaceId: caller.workspaceId, actor: caller.principalId }, work);
  const save = async (source: unknown) =>
    (await desk((tx) => createWorkflow(tx, caller, { source, tools: [] }))).id;
  const start = async (workflowId: string) =>
    (await desk((tx) => startRun(tx, caller, { workflowId, inputs: {} }))).id;
  const reaches = (what: string, sql: string, parameters: unknown[] = []) =>
    waitFor(
      async () => ((await db.acrossWorkspaces<{ yes: boolean }>(sql, parameters))[0]?.yes ? true : null),
      {
        what,
        timeoutMs: 120_000,
      },
    );
  const cancelTree = async () => {
    const inner = await save(wideOf(tree / 10, withoutAnswer));
    const id = await start(await save(nestOf(inner)));
    await reaches(
      'all calls to be under way',
      `SELECT count(*) = $1 AS yes FROM ledger WHERE outcome = 'open'`,
      [tree],
    );
    const from = performance.now();
    await desk((tx) => cancelRun(tx, caller, { runId: id }));
    const open = `status NOT IN ('completed', 'failed', 'cancelled')`;
    await reaches(
      'all to be final in the record',
      `SELECT NOT EXISTS (SELECT FROM runs WHERE ${open}) AND NOT EXISTS (SELECT FROM tasks WHERE ${open}) AS yes`,
    );
    const final = (performance.now() - from) / 1000;
    await waitFor(async () => (await client.workflow.count(`ExecutionStatus = 'Running'`)).count === 0, {
      what: 'all to be closed in Temporal',
      timeoutMs: 120_000,
    });
    const closed = (performance.now() - from) / 1000;
    console.log(
      `cancel: final in the record after ${final.toFixed(2)} s, closed in Temporal after ${closed.toFixed(2)} s`,
    );
    return closed;
  };
  const toEnd = async (source: unknown) => {
    const id = await start(await save(source));
    await reaches('the run to complete', `SELECT status = 'completed' AS yes FROM runs WHERE id = $1`, [id]);
  };
  return { toEnd, cancelTree };
}

function chainOf(count: number) {
  const chain = Array.from({ length: count }, (_, n) => ({
    id: `s${n}`,
    kind: 'set',
    dependsOn: n === 0 ? [] : [`s${n - 1}`],
    with: { values: { n: n === 0 ? '0' : `steps.s${n - 1}.output.n + 1` } },
  }));
  return { name: 'Chain', steps: chain, output: `\${{ steps.s${count - 1}.output.n }}` };
}

function wideOf(count: number, goal = 'Say something') {
  const wide = Array.from({ length: count }, (_, n) => ({
    id: `a${n}`,
    kind: 'agent',
    with: { goal: `${goal} about part ${n}.`, requires: [] },
  }));
  return { name: 'Side by side', steps: wide, output: 'done' };
}

function nestOf(workflowId: string) {
  const nested = Array.from({ length: 10 }, (_, n) => ({
    id: `w${n}`,
    kind: 'workflow',
    with: { workflowId },
  }));
  return { name: 'Tree', steps: nested, output: 'done' };
}
