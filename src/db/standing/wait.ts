import type { TaskMove } from '../../core/task/snapshot.ts';
import type { CapacityNeed } from '../../contracts/assignment.ts';
import { shutGate } from '../assignment/agent-gate.ts';
import { freeSlot, takeSlotAgain } from '../assignment/agent-slots.ts';
import { callNextWaiter, leaveQueue } from '../assignment/capacity-waiters.ts';
import { allEnded } from '../connection.ts';
import { queueUnlessFree } from '../assignment/queue-unless-free.ts';
import { sayExhausted } from '../budgets/say-exhausted.ts';
import type { TaskRow } from '../mappings/task.ts';
import { updateTask } from '../task-store.ts';
import { type MoveContext, notWaiting, place } from './move-context.ts';
import { onTask } from './on-task.ts';

/** Waiting holds no slot. */
export async function wait(
  { tx, task, world }: MoveContext,
  move: Extract<TaskMove, { move: 'wait' }>,
  { waitsOn = null, need = null }: { waitsOn?: string[] | null; need?: CapacityNeed | null } = {},
): Promise<boolean> {
  const queued = task.waitingFor === 'capacity';
  const leftQueue = queued && move.for !== 'capacity';
  /** Other words for who is busy do not put it at the end of the queue. */
  const keepsAge = queued && !leftQueue;
  if (task.holdsSlot && task.agentId) freeSlot(tx, task.agentId);
  const changed =
    task.status !== 'waiting' || task.waitingFor !== move.for || task.waitingDetail !== move.detail;
  await updateTask(tx, task, {
    status: 'waiting',
    holdsSlot: false,
    waitingFor: move.for,
    waitingDetail: move.detail,
    waitsOn,
    waitingNeed: need,
    calledAt: null,
    guardTripped: move.guard ?? null,
    ...clockStopped(task, world.now),
    wakeAt:
      move.short && move.short.purse.scope === 'workspace' && move.short.why !== 'tooSmall'
        ? nextDay(world.now)
        : (move.until ?? null),
    ...(changed && !keepsAge ? { waitingSince: new Date() } : {}),
  });
  if (changed)
    tx.emit(onTask(task, 'task.waiting', { for: move.for, detail: move.detail }), {
      rootTaskId: task.rootId,
    });
  if (changed && move.guard) tx.emit(onTask(task, 'guard.tripped', move.guard), { rootTaskId: task.rootId });
  if (leftQueue) leaveQueue(tx);
  if (move.short && move.short.why !== 'busy')
    await sayExhausted(tx, task, { purse: move.short.purse, detail: move.detail });
  return false;
}

/** The time guard counts work, not waiting. */
function clockStopped(
  { workUntil }: TaskRow,
  now: Date,
): Pick<TaskRow, 'workUntil' | 'workLeftSeconds'> | null {
  if (!workUntil) return null;
  return { workUntil: null, workLeftSeconds: Math.round((workUntil.getTime() - now.getTime()) / 1000) };
}

export function clockStarted(
  { workLeftSeconds }: TaskRow,
  now: Date,
): Pick<TaskRow, 'workUntil' | 'workLeftSeconds'> | null {
  if (workLeftSeconds === null) return null;
  return { workUntil: new Date(now.getTime() + workLeftSeconds * 1000), workLeftSeconds: null };
}

/** The first second of the next day in UTC: a workspace's purse is full again. */
function nextDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 0, 0, 1));
}

/** Takes a slot of its agent again, or goes on waiting for one. */
export async function resume(context: MoveContext): Promise<boolean> {
  const { tx, task, world } = context;
  if (!task.agentId) return false;
  const need: CapacityNeed = {
    role: task.role,
    needs: [],
    tools: [],
    agentId: task.agentId,
    excluded: [],
    resume: true,
  };
  if (!(await takeOrQueue(context, need))) {
    const name = context.snapshot.current?.agent.name ?? 'the agent';
    return wait(context, { move: 'wait', for: 'capacity', detail: `No free slot with ${name}` }, { need });
  }
  const after = task.waitingFor;
  await updateTask(tx, task, {
    status: 'in_progress',
    holdsSlot: true,
    ...notWaiting,
    ...clockStarted(task, world.now),
  });
  if (after) tx.emit(onTask(task, 'task.resumed', { after }), place(context));
  if (after === 'capacity') await callNextWaiter(tx);
  return true;
}

async function takeOrQueue({ tx, task, world }: MoveContext, need: CapacityNeed): Promise<boolean> {
  if (await takeSlotAgain(tx, need, task)) return true;
  if (tx.stepwise) {
    const [, taken] = await allEnded([shutGate(tx), takeSlotAgain(tx, need, task)]);
    return taken;
  }
  queueUnlessFree(tx, { need, place: task, now: world.now });
  return false;
}
