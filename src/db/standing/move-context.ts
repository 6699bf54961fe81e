import type { TaskSnapshot } from '../../core/task/snapshot.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { Tx } from '../record.ts';
import type { World } from './world.ts';

export interface MoveContext {
  tx: Tx;
  task: TaskRow;
  snapshot: TaskSnapshot;
  world: World;
  /** Decided with others of one transaction, so nothing is waited for that somebody else may hold. */
  inPassing?: boolean;
}

export function place({ task }: Pick<MoveContext, 'task'>) {
  return { rootTaskId: task.rootId };
}

export const notWaiting = {
  waitingFor: null,
  waitingDetail: null,
  waitingSince: null,
  waitsOn: null,
  waitingNeed: null,
  calledAt: null,
  wakeAt: null,
  guardTripped: null,
};
