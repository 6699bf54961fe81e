/**
 * Lets `core` decide over the record where a task stands, move by move, and writes what it decides: all in the caller's transaction.
 */
import type { Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import { nextTaskMove } from '../../core/task/next-move.ts';
import type { TaskSnapshot, Team } from '../../core/task/snapshot.ts';
import { taskStanding } from '../../core/task/standing-of.ts';
import { lockAgents } from '../agent-slots.ts';
import { endLateTools } from '../calls/answer-tool.ts';
import { lockPursesOf } from '../budgets/purses.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import { loadTaskFacts, lockTask, updateTask } from '../task-store.ts';
import { applyTaskMove } from './apply-task-move.ts';
import { loadTeam } from './load-team.ts';
import { markLost } from './mark-lost.ts';
import { takeWakes } from './take-wakes.ts';
import type { World } from './world.ts';

export interface TaskLook {
  taskId: string;
  /** Keys of jobs whose activity ended without an answer. */
  lost?: string[];
}

const maxMoves = 25;

/** @throws AppError not_found */
export async function standTask(tx: Tx, { taskId, lost = [] }: TaskLook, world: World): Promise<Standing> {
  const task = await lockTask(tx, taskId);
  await takeWakes(tx, `task/${task.id}`);
  const changed = lost.length > 0 && (await markLost(tx, task, lost, world));
  const late = await endLateTools(tx, task, world.now);
  return decideTask(tx, task, world, changed || late);
}

/** For a caller that holds the lock already. `changed`: it wrote something that the answer shows, which makes a new version. */
export async function decideTask(tx: Tx, task: TaskRow, known: World, changed = false): Promise<Standing> {
  let world = known;
  const { version } = task;
  let held = false;
  if (!task.temporalStartedAt && !isFinished(task.status))
    await updateTask(tx, task, { temporalStartedAt: world.now });
  for (let i = 0; i < maxMoves; i += 1) {
    const { costUsd, ...facts } = await loadTaskFacts(tx, task);
    const snapshot: TaskSnapshot = { ...facts, models: world.models, team: await teamFor(tx, task, world) };
    const move = nextTaskMove(snapshot);
    const fresher = move.move === 'wait' && move.for === 'model' ? await world.fresher?.(tx) : null;
    if (fresher) {
      world = fresher;
      continue;
    }
    if (move.move === 'wait' && move.short && !held) {
      // Nobody settles between this decision and its commit: either we see the room, or they see us wait.
      if (task.agentId) await lockAgents(tx, [task.agentId]);
      await lockPursesOf(tx, task);
      held = true;
      continue;
    }
    const again = await applyTaskMove({ tx, task, snapshot, world }, move);
    if (again) continue;
    if (changed && task.version === version) await updateTask(tx, task, {});
    return taskStanding(snapshot, { version: task.version, costUsd });
  }
  throw new Error(`Task ${task.id} did not come to rest after ${maxMoves} moves.`);
}

async function teamFor(tx: Tx, task: TaskRow, world: World): Promise<Team | null> {
  const planning =
    task.role === 'chief_of_staff' && !task.planRunId && task.attempt > 0 && !isFinished(task.status);
  return planning ? loadTeam(tx, world) : null;
}
