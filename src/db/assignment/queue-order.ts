import type { CapacityNeed } from '../../contracts/assignment.ts';
import type { TaskRow } from '../mappings/task.ts';

/**
 * The queue for capacity: urgent before others, an earlier deadline before a later one, goals that hold fewer slots before those that hold
 * more, then who waits longest. Tasks with the same need stand in one queue; who comes new stands behind its equals.
 */
const endless = `'infinity'::timestamptz`;
export const heldBy = (rootId: string) =>
  `(SELECT count(*) FROM tasks h WHERE h.workspace_id = $1 AND h.holds_slot AND h.root_id = ${rootId})`;
export const queueOrder = (t: string) =>
  `${t}.priority DESC, coalesce(${t}.deadline, ${endless}), ${heldBy(`${t}.root_id`)}, ${t}.waiting_since, ${t}.id`;

/** Where a task stands: `$2..$7` of `aheadInQueue`, after the workspace. */
export type Place = Pick<TaskRow, 'id' | 'rootId' | 'priority' | 'deadline' | 'waitingFor' | 'waitingSince'>;

export function placeValues(need: CapacityNeed, place: Place): unknown[] {
  const since = place.waitingFor === 'capacity' ? place.waitingSince : null;
  return [JSON.stringify(need), place.id, place.priority, place.deadline, since, place.rootId];
}

/** How many with the same need come before the task that `placeValues` names. */
export const aheadInQueue = `(SELECT count(*) FROM tasks w
  WHERE w.workspace_id = $1 AND w.status = 'waiting' AND w.waiting_for = 'capacity' AND w.waiting_need = $2::jsonb AND w.id <> $3
    AND (w.priority > $4::int OR w.priority = $4::int AND (coalesce(w.deadline, ${endless}) < coalesce($5::timestamptz, ${endless})
      OR coalesce(w.deadline, ${endless}) = coalesce($5::timestamptz, ${endless})
         AND ($6::timestamptz IS NULL OR (${heldBy('w.root_id')}, w.waiting_since, w.id) < (${heldBy('$7')}, $6::timestamptz, $3)))))`;
