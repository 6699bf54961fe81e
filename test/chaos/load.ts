/** What a fault run gives the product to do: goals and runs, some of which somebody meddles with, and messages to both tasks and agents. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Desk } from './desk.ts';
import { planArrivals } from './fault-plan.ts';
import { giveRun } from './give-runs.ts';
import { type Accepted, giveTask, operatorsOf, writeToAgent, writeToTask } from './give-tasks.ts';
import { meddle, type Meddling, planMeddling } from './meddler.ts';

export interface Load {
  accepted: Accepted[];
  runs: Accepted[];
  messages: Accepted[];
}

interface Arrival {
  at: number;
  /** Null: it is left alone. */
  deeds: Meddling[] | null;
  /** Until when its message is of use; null: for ever. */
  withinMs: number | null;
}

export interface GivenLoad {
  tasks: Arrival[];
  runs: Arrival[];
}

/** From chance alone, spread over the time of the faults. */
export function planLoad(
  chance: Chance,
  { tasks, runs, meddled }: { tasks: number; runs: number; meddled: number },
  overMs: number,
): GivenLoad {
  const arrivals = (count: number, deeds: () => Meddling[] | null): Arrival[] =>
    planArrivals(chance, count, overMs).map((at) => ({
      at,
      deeds: deeds(),
      withinMs: chance.next() < 0.5 ? chance.between(100, 4000) : null,
    }));
  const alone = () => null;
  const held = () => planMeddling(chance);
  return {
    tasks: [...arrivals(tasks, alone), ...arrivals(meddled, held)],
    runs: [...arrivals(runs, alone), ...arrivals(meddled, held)],
  };
}

interface Giving {
  desk: Desk;
  workflowId: string;
  seed: number;
}

/** Ends when all has been given, and nobody meddles any more. */
export async function giveLoad(giving: Giving, { tasks, runs }: GivenLoad): Promise<Load> {
  const operators = await operatorsOf(giving.desk);
  const [ofTasks, ofRuns] = await Promise.all([
    Promise.all(tasks.map((arrival, n) => task(giving, arrival, n + 1))),
    Promise.all(
      runs.map((arrival, n) =>
        run(giving, { ...arrival, tell: operators[n % operators.length] ?? '' }, n + 1),
      ),
    ),
  ]);
  return {
    accepted: ofTasks.map(({ given }) => given),
    runs: ofRuns.map(({ given }) => given),
    messages: [...ofTasks, ...ofRuns].flatMap(({ message }) => message ?? []),
  };
}

interface Given {
  given: Accepted;
  message: Accepted | null;
}

async function task({ desk, seed }: Giving, { at, deeds, withinMs }: Arrival, n: number): Promise<Given> {
  await pause(at);
  const key = `chaos-${seed}-${n}`;
  const goal = `Goal ${n} of seed ${seed}: compare three suppliers and recommend one.`;
  const given = await giveTask(desk, key, goal);
  const [message, expected] = await Promise.all([
    writeToTask(desk, { key: `${key}-message`, taskId: given.id, ...(withinMs ? { withinMs } : {}) }),
    deeds ? meddle(desk, { path: `tasks/${given.id}`, key, deeds }) : ('completed' as const),
  ]);
  return { given: { ...given, expected }, message };
}

/** And tells an agent something at the same time. */
async function run(
  { desk, seed, workflowId }: Giving,
  { at, deeds, withinMs, tell: agentId }: Arrival & { tell: string },
  n: number,
): Promise<Given> {
  await pause(at);
  const key = `chaos-${seed}-run-${n}`;
  const given = await giveRun(desk, key, workflowId);
  const [message, expected] = await Promise.all([
    withinMs ? writeToAgent(desk, { key: `${key}-message`, agentId, withinMs }) : null,
    deeds ? meddle(desk, { path: `runs/${given.id}`, key, deeds }) : ('completed' as const),
  ]);
  return { given: { ...given, expected }, message };
}
