/**
 * Many tasks at once for one agent: how long until each was looked at for the first time (four of them begin, the others stand in the queue),
 * and how long somebody else of the workspace waits meanwhile to give back a slot of another agent.
 *
 * npm run bench first-looks -- [--tasks 200] [--rounds 5] [--callers 24]
 *
 * The looks are those of one worker's process, so many at once; they share its twelve connections. Temporal is not in between.
 */
import { parseArgs } from 'node:util';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createAgent } from '../src/commands/create-agent.ts';
import { createTask } from '../src/commands/create-task.ts';
import { AgentSpec } from '../src/contracts/agent.ts';
import type { CapacityNeed } from '../src/contracts/assignment.ts';
import type { Standing } from '../src/contracts/corridor.ts';
import { CreateTask } from '../src/contracts/task.ts';
import { freeSlot } from '../src/db/assignment/agent-slots.ts';
import { takeBest } from '../src/db/assignment/assign-statement.ts';
import { newId } from '../src/db/new-id.ts';
import type { Tx } from '../src/db/record.ts';
import { cpuBetween, cpuOf } from './support/cpu.ts';
import { type Desk, openActivities, openDesk } from './support/desk.ts';
import { heading, percentile, showSpread, spreadOf, table } from './support/figures.ts';
import { openStage } from './support/stage.ts';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    callers: { type: 'string', default: '24' },
  },
});
const size = { tasks: Number(values.tasks), rounds: Number(values.rounds), callers: Number(values.callers) };
const slots = 4;

heading('First looks');
const stage = await openStage('first-looks');
try {
  await measure(await openDesk(stage), await openDesk(stage));
} finally {
  await stage.close();
}

/** @param other has connections of its own */
async function measure(desk: Desk, other: Desk): Promise<void> {
  const look = lookerOf(desk);
  const rounds: Awaited<ReturnType<typeof playRound>>[] = [];
  for (let round = 0; round <= size.rounds; round += 1)
    rounds.push(await playRound({ desk, other, look }, round));
  // The first one warms up.
  rounds.shift();
  const each = (role: string) => {
    const all = rounds.reduce((sum, { cpu }) => sum + (cpu[role] ?? 0), 0);
    return (all / size.tasks / size.rounds).toFixed(1);
  };
  table(
    [`${size.tasks} looks, s`, 'processor ms for each: PostgreSQL', 'Node'],
    [[showSpread(spreadOf(rounds.map(({ seconds }) => seconds)), 2), each('postgres'), each('node')]],
  );
  const freeing = rounds.flatMap(({ waited }) => waited).toSorted((a, b) => a - b);
  table(
    ['giving back a slot meanwhile, n', 'p50 ms', 'p95 ms', 'max ms'],
    [[freeing.length, ...[50, 95, 100].map((p) => percentile(freeing, p).toFixed(1))]],
  );
}

type Look = (taskId: string) => Promise<unknown>;

function lookerOf(desk: Desk): Look {
  const ours = openActivities(desk, 'http://127.0.0.1:9');
  const { standTask } = ours.orchestrate as { standTask(look: object): Promise<Standing> };
  const environment = new MockActivityEnvironment();
  const { workspaceId } = desk.caller;
  return (id) =>
    environment.run(standTask, { id, workspaceId, now: Date.now(), since: 0, lost: [], operations: false });
}

async function playRound({ desk, other, look }: { desk: Desk; other: Desk; look: Look }, round: number) {
  const ids = await giveAll(desk, await hire(desk, `writing_${round}`));
  const bystander = watchBystander(other, await hire(desk, `sums_${round}`));
  const pids = { postgres: desk.stage.pids().postgres ?? 0, node: process.pid };
  const before = cpuOf(pids);
  const began = performance.now();
  const left = [...ids];
  const walk = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await look(id);
  };
  await Promise.all(Array.from({ length: size.callers }, walk));
  const seconds = (performance.now() - began) / 1000;
  const cpu = cpuBetween(before, cpuOf(pids));
  const waited = await bystander.stop();
  await check(desk, ids);
  return { seconds, cpu, waited };
}

async function hire(desk: Desk, capability: string): Promise<string> {
  const spec = AgentSpec.parse({
    name: capability,
    role: 'master_operator',
    instructions: 'Do what is asked for.',
    capabilities: [{ name: capability, level: 3 }],
    limits: { maxConcurrent: slots },
  });
  return (await inside(desk, (tx) => createAgent(tx, desk.caller, spec))).id;
}

async function giveAll(desk: Desk, agentId: string): Promise<string[]> {
  const input = CreateTask.parse({ goal: 'Say it in a sentence.', agentId });
  const ids: string[] = [];
  while (ids.length < size.tasks)
    ids.push((await inside(desk, (tx) => createTask(tx, desk.caller, input))).id);
  return ids;
}

/** Takes a slot of this agent and gives it back, again and again, in transactions of its own. */
function watchBystander(desk: Desk, agentId: string) {
  const need: CapacityNeed = {
    ...{ role: 'master_operator', needs: [], tools: [], excluded: [], resume: false },
    agentId,
  };
  const times: number[] = [];
  let stopped = false;
  const walk = async () => {
    while (!stopped) {
      const id = newId('task');
      const place = { id, rootId: id, priority: 1, deadline: null, waitingFor: null, waitingSince: null };
      const query = { need, place, now: new Date(), mayProbe: true };
      await inside(desk, (tx) => takeBest(tx, query, 'passed over'));
      const began = performance.now();
      await inside(desk, async (tx) => freeSlot(tx, agentId));
      times.push(performance.now() - began);
    }
  };
  const walking = walk();
  return {
    stop: async () => {
      stopped = true;
      await walking;
      return times;
    },
  };
}

/** As many work as there are slots, all others stand in the queue; then they make room for the next round. */
async function check(desk: Desk, ids: string[]): Promise<void> {
  const [is] = await desk.db.acrossWorkspaces<{ working: number; queued: number }>(
    `SELECT count(*) FILTER (WHERE holds_slot)::int AS working, count(*) FILTER (WHERE waiting_for = 'capacity')::int AS queued
       FROM tasks WHERE id = ANY ($1)`,
    [ids],
  );
  if (is?.working !== slots || is.queued !== ids.length - slots)
    throw new Error(`${is?.working} work and ${is?.queued} wait.`);
  await desk.db.acrossWorkspaces(
    `UPDATE tasks SET status = 'cancelled', holds_slot = false, waiting_for = NULL WHERE id = ANY ($1)`,
    [ids],
  );
}

function inside<Result>({ db, caller }: Desk, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return db.inWorkspace({ workspaceId: caller.workspaceId, actor: caller.principalId }, work);
}
