/**
 * Shortlists: where hundreds of agents are able, scoring all of them for every task is what an assignment costs. So a process keeps the best
 * that had free slots, for a moment, and looks only at the first of those (docs/decisions/0027).
 *
 * 1. They say where to look, never who has a slot: filters, scores and capacity are those of the moment.
 * 2. Counts of who was able or left out are as old as the list.
 * 3. Tasks with wishes of their own (an agent, agents that failed it) look at all.
 * 4. Whoever takes somebody's last slot strikes him off, so that a list lasts as long as it is fresh: looking at all again is what the slowest
 *    assignments would wait for.
 */
import type { CapacityNeed } from '../../contracts/assignment.ts';
import type { AssignmentAnswer } from './assignment-answer.ts';
import type { Tx } from '../record.ts';

/** As long as no more are able, all are looked at every time. */
export const shortlistFrom = 250;
/** How many are kept. */
export const shortlistLength = 400;
/** How many of them one assignment looks at. */
export const shortlistSize = 100;
const keptMs = 1000;
/** Needs in memory at once. */
const mostKept = 500;

export interface Shortlist extends Pick<AssignmentAnswer, 'able' | 'filtered' | 'nextProbeAt'> {
  agentIds: string[];
}

const kept = new Map<string, { until: number; renewed: boolean; list: Shortlist }>();

/** Null: look at all. Who comes first when a list is old makes the next one, while the others go on with the old one for as long again. */
export function shortlistFor(tx: Tx, need: CapacityNeed): Shortlist | null {
  const known = kept.get(keyOf(tx, need));
  if (!known || need.agentId !== null || need.excluded.length > 0) return null;
  const late = Date.now() - known.until;
  const { agentIds } = known.list;
  if (agentIds.length > 0 && (late <= 0 || (known.renewed && late <= keptMs)))
    return { ...known.list, agentIds: agentIds.slice(0, shortlistSize) };
  known.renewed = true;
  return null;
}

/** His last slot is taken. */
export function strikeOff(tx: Tx, need: CapacityNeed, agentId: string): void {
  const ids = kept.get(keyOf(tx, need))?.list.agentIds ?? [];
  const at = ids.indexOf(agentId);
  if (at >= 0) ids.splice(at, 1);
}

export function keepShortlist(tx: Tx, need: CapacityNeed, list: Shortlist): void {
  if (need.excluded.length > 0) return;
  const key = keyOf(tx, need);
  kept.delete(key);
  kept.set(key, { until: Date.now() + keptMs, renewed: false, list });
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
}

function keyOf({ workspaceId }: Tx, { role, needs, tools }: CapacityNeed): string {
  return JSON.stringify([workspaceId, role, needs, tools]);
}
