/**
 * Ten agent steps with two branches, many at once and one alone, beside hand-written plain Temporal of the same shape: the same number
 * of Temporal executions, the same activities per step, the same model server, the same servers, in turns (A B A B).
 *
 * npm run bench ten-steps -- [--runs 40] [--inflight 40] [--rounds 4] [--alone 10] [--profile]
 * `--profile` counts the statements of our worker and of the dispatcher; it costs a little, so its rates are not to be quoted.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { waitFor } from '../test/support/wait-for.ts';
import { resetStatementCounts, type StatementCount, statementCounts } from './support/count-statements.ts';
import { countEvents, type EventCount } from './support/count-events.ts';
import { cpuBetween, cpuOf } from './support/cpu.ts';
import { heading, showSpread, spreadOf, table } from './support/figures.ts';
import { startModels } from './support/programs.ts';
import { openOurs, openPlain, type Side } from './support/sides.ts';
import { openStage, type Stage } from './support/stage.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    inflight: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '4' },
    alone: { type: 'string', default: '10' },
    profile: { type: 'boolean', default: false },
  },
});
const [runs, inFlight, rounds, alone] = [values.runs, values.inflight, values.rounds, values.alone].map(
  Number,
) as [number, number, number, number];
const stepsPerRun = 10;

interface Round {
  stepsPerSecond: number;
  /** Processor milliseconds per step, by process. */
  cpu: Record<string, number>;
}

heading('Ten steps with two branches');
const stage = await openStage('ten-steps');
try {
  await measure(stage);
} finally {
  await stage.close();
}

async function measure(on: Stage): Promise<void> {
  const models = await startModels(on);
  const statementsFile = join(on.stateFolder, 'statements.json');
  const imports = values.profile ? ['bench/support/count-statements.ts'] : [];
  const [ours, plain] = await Promise.all([
    openOurs(on, { modelsUrl: models.v1, imports, statementsFile }),
    openPlain(on, { modelsUrl: models.v1 }),
  ]);
  const connection = await Connection.connect({ address: on.temporalAddress });
  on.closeLater(() => connection.close());
  const client = new Client({ connection, namespace: on.namespace });
  const pids = {
    ...on.pids(),
    'our worker': ours.workerPid,
    'plain worker': plain.workerPid,
    models: models.child.pid,
    'this process': process.pid,
  };
  const idle = () => untilIdle(client);

  for (const side of [ours, plain]) await repeat(side, 5, 5);
  await idle();
  resetStatementCounts();
  const measured = new Map<Side, Round[]>([ours, plain].map((side) => [side, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const side of [ours, plain]) {
      measured.get(side)?.push(await oneRound(side, pids, idle));
      const last = measured.get(side)?.at(-1);
      console.log(`round ${round + 1}, ${side.name}: ${last?.stepsPerSecond.toFixed(1)} steps/s`);
    }
  }
  const single = new Map<Side, number[]>([ours, plain].map((side) => [side, []]));
  for (let n = 0; n < alone; n += 1)
    for (const side of [ours, plain]) single.get(side)?.push(...(await repeat(side, 1, 1)));
  await idle();
  report([ours, plain], measured, single);
  await reportEvents(client, [ours, plain]);
  if (values.profile) await reportStatements(ours, statementsFile);
}

async function oneRound(side: Side, pids: Record<string, number>, idle: () => Promise<void>): Promise<Round> {
  const before = cpuOf(pids);
  const from = performance.now();
  await repeat(side, runs, inFlight);
  const seconds = (performance.now() - from) / 1000;
  await idle();
  const steps = runs * stepsPerRun;
  const used = cpuBetween(before, cpuOf(pids));
  return {
    stepsPerSecond: steps / seconds,
    cpu: Object.fromEntries(Object.entries(used).map(([role, ms]) => [role, ms / steps])),
  };
}

/** @returns milliseconds of each run */
async function repeat(side: Side, times: number, atOnce: number): Promise<number[]> {
  const took: number[] = [];
  let left = times;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const from = performance.now();
      await side.run();
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, times) }, lane));
  return took;
}

/** What a round leaves behind (closing Temporal workflows) must not be paid by the next one. */
async function untilIdle(client: Client): Promise<void> {
  await waitFor(async () => (await client.workflow.count(`ExecutionStatus = 'Running'`)).count === 0, {
    timeoutMs: 30_000,
    what: 'all Temporal workflows to close',
  });
}

function report(sides: Side[], measured: Map<Side, Round[]>, single: Map<Side, number[]>): void {
  const rates = sides.map((side) => (measured.get(side) ?? []).map((round) => round.stepsPerSecond));
  const ratios = (rates[0] ?? []).map((rate, round) => (rates[1]?.[round] ?? Number.NaN) / rate);
  const latencies = sides.map((side) => spreadOf(single.get(side) ?? []));
  table(
    ['', ...sides.map((side) => side.name), 'ratio'],
    [
      [
        `steps/s, ${runs} runs, ${inFlight} at once, ${rounds} rounds`,
        ...rates.map((rate) => showSpread(spreadOf(rate))),
        showSpread(spreadOf(ratios), 2),
      ],
      [
        `ms for ten steps alone, ${alone} times`,
        ...latencies.map((latency) => showSpread(latency, 0)),
        ((latencies[0]?.median ?? Number.NaN) / (latencies[1]?.median ?? 1)).toFixed(2),
      ],
    ],
  );
  const roles = Object.keys(measured.get(sides[0] as Side)?.[0]?.cpu ?? {});
  const cpu = (side: Side, role: string) =>
    spreadOf((measured.get(side) ?? []).map((round) => round.cpu[role] ?? 0)).median;
  const all = sides.map((side) => roles.reduce((sum, role) => sum + cpu(side, role), 0));
  table(
    ['processor ms per step', ...sides.map((side) => side.name), 'ratio'],
    [
      ...roles.map((role) => [role, ...sides.map((side) => cpu(side, role).toFixed(1)), '']),
      ['all', ...all.map((ms) => ms.toFixed(1)), ((all[0] ?? Number.NaN) / (all[1] ?? 1)).toFixed(2)],
    ],
  );
}

async function reportEvents(client: Client, sides: Side[]): Promise<void> {
  const counts: EventCount[] = [];
  for (const side of sides) {
    const ids = await side.run();
    await untilIdle(client);
    counts.push(await countEvents(client, await withChildren(client, ids)));
  }
  const rows = (
    ['executions', 'events', 'workflowTasks', 'activities', 'localActivities', 'signals'] as const
  ).map((name) => [
    name,
    ...counts.map((count) => count[name]),
    ...counts.map((count) => (count[name] / stepsPerRun).toFixed(1)),
  ]);
  table(
    [
      'in Temporal, one run',
      ...sides.map((side) => side.name),
      ...sides.map((side) => `${side.name}, per step`),
    ],
    rows,
  );
  const types = [...new Set(counts.flatMap((count) => Object.keys(count.byType)))].sort();
  table(
    ['event', ...sides.map((side) => side.name)],
    types.map((type) => [type, ...counts.map((count) => count.byType[type] ?? 0)]),
  );
}

async function withChildren(client: Client, ids: string[]): Promise<string[]> {
  const all = [...ids];
  for (const id of ids) {
    const { events } = await client.workflow.getHandle(id).fetchHistory();
    for (const event of events ?? []) {
      const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId;
      if (child && !all.includes(child)) all.push(child);
    }
  }
  return all;
}

async function reportStatements(ours: Side, file: string): Promise<void> {
  const steps = (rounds * runs + 5 + alone + 1) * stepsPerRun;
  process.kill(ours.workerPid, 'SIGUSR2');
  const worker = await waitFor(() => JSON.parse(readFileSync(file, 'utf8')) as StatementCount[], {
    what: 'the worker to write its counts',
  });
  for (const [who, counts] of [
    ['our worker', worker],
    ['this process (desk and dispatcher)', statementCounts()],
  ] as const) {
    const total = counts.reduce((sum, one) => sum + one.calls, 0);
    const ms = counts.reduce((sum, one) => sum + one.ms, 0);
    console.log(
      `${who}: ${(total / steps).toFixed(1)} statements per step, ${(ms / steps).toFixed(1)} ms in them`,
    );
    const top = [...counts].sort((a, b) => b.ms - a.ms).slice(0, 40);
    table(
      ['calls per step', 'ms each', 'ms per step', 'statement'],
      top.map((one) => [
        (one.calls / steps).toFixed(2),
        (one.ms / one.calls).toFixed(2),
        (one.ms / steps).toFixed(2),
        one.text.replaceAll('|', '¦'),
      ]),
    );
  }
}
