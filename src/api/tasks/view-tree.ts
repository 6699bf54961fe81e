import { type Cost, noCost } from '../../contracts/cost.ts';
import type { TaskTree } from '../../contracts/task.ts';
import { readPursesOfTasks } from '../../db/budgets/budget-store.ts';
import type { Tx } from '../../db/record.ts';
import {
  type ListedRun,
  type RunParts,
  readNestedRuns,
  readRunParts,
  readRunsOfTasks,
} from '../../db/run-reads.ts';
import {
  type ListedTask,
  type TaskParts,
  readAttempts,
  readTaskFiles,
  readTree,
} from '../../db/task-reads.ts';
import { addCosts, ownCosts } from '../../db/cost-reads.ts';
import { readHeld } from '../../db/held-reads.ts';
import { readWaited } from '../../db/wait-reads.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { presentRun } from '../runs/present-run.ts';
import { presentTask } from './present-task.ts';

interface Forest {
  below: Map<string, ListedTask[]>;
  runs: Map<string, ListedRun>;
  /** By the run whose steps they are. */
  nested: Map<string, ListedRun[]>;
  parts: TaskParts;
  runParts: RunParts;
  temporal: TemporalPlace;
}

/** A task with everything below it. A few queries for the whole tree, none per node. */
export async function viewTree(tx: Tx, top: ListedTask, temporal: TemporalPlace): Promise<TaskTree> {
  const tasks = await readTree(tx, top.rootId);
  const ids = tasks.map(({ id }) => id);
  const below = Map.groupBy(
    tasks.filter(({ parentId }) => parentId !== null),
    ({ parentId }) => parentId ?? '',
  );
  const own = await ownCosts(tx, ids);
  const tree = new Map<string, Cost>();
  sumUp(top, { below, own, tree });
  const attempts = await readAttempts(tx, ids);
  const found = await readRunsOfTasks(tx, ids);
  const inside = await readNestedRuns(
    tx,
    found.map(({ id }) => id),
  );
  const allRuns = [...found, ...inside];
  const held = await readHeld(tx, { tasks, runs: allRuns });
  const parts: TaskParts = {
    attempts: Map.groupBy(attempts, ({ taskId }) => taskId),
    files: await readTaskFiles(tx, ids),
    own,
    tree,
    budgets: await readPursesOfTasks(tx, [top.id]),
    held,
    waited: await readWaited(tx, tasks, attempts),
  };
  const runParts = await readRunParts(tx, allRuns, { costs: tree, attempts, held });
  const runs = new Map(found.map((run) => [run.id, run]));
  const nested = Map.groupBy(inside, ({ parentRunId }) => parentRunId ?? '');
  return grow(top, { below, runs, nested, parts, runParts, temporal });
}

function sumUp(
  task: ListedTask,
  sums: { below: Map<string, ListedTask[]>; own: Map<string, Cost>; tree: Map<string, Cost> },
): Cost {
  const children = (sums.below.get(task.id) ?? []).map((child) => sumUp(child, sums));
  const sum = addCosts([sums.own.get(task.id) ?? noCost, ...children]);
  sums.tree.set(task.id, sum);
  return sum;
}

function grow(task: ListedTask, forest: Forest): TaskTree {
  const run = task.planRunId === null ? undefined : forest.runs.get(task.planRunId);
  return {
    task: presentTask(task, forest.parts, forest.temporal),
    plan: run
      ? { origin: task.planOrigin ?? run.origin, name: run.name, reason: task.planReason ?? '' }
      : null,
    run: run ? presentRun(run, forest.runParts, forest.temporal) : null,
    nested: nestedIn(run, forest).map((each) => presentRun(each, forest.runParts, forest.temporal)),
    children: (forest.below.get(task.id) ?? []).map((child) => grow(child, forest)),
  };
}

function nestedIn(run: ListedRun | undefined, forest: Forest): ListedRun[] {
  const own = (run && forest.nested.get(run.id)) ?? [];
  return own.flatMap((each) => [each, ...nestedIn(each, forest)]);
}
