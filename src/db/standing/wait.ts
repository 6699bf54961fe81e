import type { TaskMove } from '../../core/task/snapshot.ts';
import { callNextWaiter, freeSlot, lockAgents, takeSlot } from '../agent-slots.ts';
import { sayExhausted } from '../budgets/say-exhausted.ts';
import { updateTask } from '../task-store.ts';
import { type MoveContext, notWaiting, onTask, place } from './move-context.ts';

/** Waiting holds no slot. */
export async function wait(
  { tx, task, world }: MoveContext,
  move: Extract<TaskMove, { move: 'wait' }>,
  waitsOn: string[] | null = null,
): Promise<boolean> {
  if (task.holdsSlot && task.agentId) freeSlot(tx, task.agentId);
  const changed =
    task.status !== 'waiting' || task.waitingFor !== move.for || task.waitingDetail !== move.detail;
  await updateTask(tx, task, {
    status: 'waiting',
    holdsSlot: false,
    waitingFor: move.for,
    waitingDetail: move.detail,
    waitsOn,
    wakeAt:
      move.short && move.short.purse.scope === 'workspace' && move.short.why !== 'tooSmall'
        ? nextDay(world.now)
        : (move.until ?? null),
    ...(changed ? { waitingSince: new Date() } : {}),
  });
  if (changed)
    tx.emit(onTask(task, 'task.waiting', { for: move.for, detail: move.detail }), {
      rootTaskId: task.rootId,
    });
  if (move.short && move.short.why !== 'busy')
    await sayExhausted(tx, task, { purse: move.short.purse, detail: move.detail });
  return false;
}

/** The first second of the next day in UTC: a workspace's purse is full again. */
function nextDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 0, 0, 1));
}

/** Takes a slot of its agent again, or goes on waiting for one. */
export async function resume(context: MoveContext): Promise<boolean> {
  const { tx, task } = context;
  if (!task.agentId) return false;
  if (!(await takeSlotOrLock(tx, task.agentId))) {
    const name = context.snapshot.current?.agent.name ?? 'the agent';
    return wait(context, { move: 'wait', for: 'capacity', detail: `No free slot with ${name}` }, [
      task.agentId,
    ]);
  }
  const after = task.waitingFor;
  await updateTask(tx, task, { status: 'in_progress', holdsSlot: true, ...notWaiting });
  if (after) tx.emit(onTask(task, 'task.resumed', { after }), place(context));
  if (after === 'capacity') await callNextWaiter(tx);
  return true;
}

async function takeSlotOrLock(tx: MoveContext['tx'], agentId: string): Promise<boolean> {
  if (await takeSlot(tx, agentId)) return true;
  await lockAgents(tx, [agentId]);
  return (await takeSlot(tx, agentId)) !== null;
}
