/**
 * Lets `core` decide over the record where a task stands, move by move, and writes what it decides: all in the caller's transaction.
 */
import type { Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import { nextTaskMove } from '../../core/task/next-move.ts';
import type { TaskMove, TaskSnapshot } from '../../core/task/snapshot.ts';
import { taskStanding } from '../../core/task/standing-of.ts';
import { lockAgents } from '../assignment/agent-slots.ts';
import { endLateTools } from '../calls/answer-tool.ts';
import { lockPursesOf } from '../budgets/purses.ts';
import { holdFilesOf } from '../file-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import {
  factsOfNew,
  isUnsaved,
  loadTaskFacts,
  lockTask,
  type LoadedFacts,
  updateTask,
  updateTaskLater,
} from '../task-store.ts';
import { applyTaskMove } from './apply-task-move.ts';
import { takeChildren } from './delegate.ts';
import { markLost, type Written } from './mark-lost.ts';
import type { MoveContext } from './move-context.ts';
import { loadPlanningFacts } from './planning-facts.ts';
import { takeRevision } from './take-revision.ts';
import { takeWakes } from './take-wakes.ts';
import type { World } from './world.ts';

export interface TaskLook {
  taskId: string;
  /** Keys of jobs whose activity ended without an answer. */
  lost?: string[];
  /** What was written of them. */
  written?: Written[];
}

const maxMoves = 25;

/** What a look reads first. @throws AppError not_found */
export async function lockForLook(tx: Tx, taskId: string): Promise<TaskRow> {
  const locked = lockTask(tx, taskId);
  takeWakes(tx, `task/${taskId}`);
  return locked;
}

export async function standTask(
  tx: Tx,
  task: TaskRow,
  { lost = [], written = [], world }: Pick<TaskLook, 'lost' | 'written'> & { world: World },
): Promise<Standing> {
  const changed = lost.length > 0 && (await markLost(tx, task, { lost, written, world }));
  if (task.waitingFor === 'model') await takeRevision(tx, task);
  const late = await endLateTools(tx, task, world.now);
  const ended = task.status === 'waiting' && task.waitingFor === 'children' && (await takeChildren(tx, task));
  return decideTask(tx, task, world, changed || late || ended);
}

/** For a caller that holds the lock already. `changed`: it wrote something that the answer shows, which makes a new version. */
export async function decideTask(tx: Tx, task: TaskRow, world: World, changed = false): Promise<Standing> {
  // Only in passing there may be none.
  return (await decide({ tx, task, world }, { changed })) as Standing;
}

/** A task that this transaction has made. @returns null when it cannot be decided in passing: it asks by itself */
export function decideNewTask(
  tx: Tx,
  task: TaskRow,
  { world, inPassing, hasFiles }: { world: World; inPassing: boolean; hasFiles: boolean },
): Promise<Standing | null> {
  return decide({ tx, task, world, inPassing }, hasFiles ? {} : { facts: factsOfNew(task) });
}

/**
 * Whoever wakes only those that they see waiting is held off until this wait is committed, or has done it already, which the next look at
 * the facts sees: nobody settles, and no file is read to its end, in between. @returns whether anybody is held off
 */
async function holdOff(tx: Tx, task: TaskRow, move: TaskMove): Promise<boolean> {
  if (move.move !== 'wait') return false;
  if (move.for === 'files') await holdFilesOf(tx, task.id);
  else if (move.short) {
    if (task.agentId) await lockAgents(tx, [task.agentId]);
    await lockPursesOf(tx, task);
  } else return false;
  return true;
}

async function decide(
  place: Omit<MoveContext, 'snapshot'>,
  { changed = false, facts }: { changed?: boolean; facts?: LoadedFacts },
): Promise<Standing | null> {
  const { tx, task } = place;
  let { world } = place;
  const { version } = task;
  let held = false;
  /** Nothing has come of it but what is done here. */
  let known = facts;
  if (!task.temporalStartedAt && !isFinished(task.status))
    updateTaskLater(task, { temporalStartedAt: world.now });
  for (let i = 0; i < maxMoves; i += 1) {
    const { costUsd, ...found } = known ?? (await loadTaskFacts(tx, task));
    const planning = await loadPlanningFacts(tx, { task, facts: found }, world);
    const snapshot: TaskSnapshot = { ...found, ...planning, models: world.models, now: world.now };
    const move = nextTaskMove(snapshot);
    const fresher = move.move === 'wait' && move.for === 'model' ? await world.fresher?.(tx) : null;
    if (fresher) {
      world = fresher;
      continue;
    }
    if (!held) {
      held = await holdOff(tx, task, move);
      if (held) {
        known = undefined;
        continue;
      }
    }
    // They may have ended while the task did, or waited for, something else.
    if (move.move === 'wait' && move.for === 'children' && (await takeChildren(tx, task))) continue;
    const again = await applyTaskMove({ ...place, snapshot, world }, move);
    if (again === null) return null;
    if (known) known = { ...known, current: snapshot.current };
    if (again) continue;
    if (isUnsaved(task) || (changed && task.version === version)) await updateTask(tx, task, {});
    return taskStanding(snapshot, { version: task.version, costUsd });
  }
  throw new Error(`Task ${task.id} did not come to rest after ${maxMoves} moves.`);
}
