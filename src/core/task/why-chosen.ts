/**
 * Why somebody was chosen, in two to four words, for places without room for the sentence of `assignmentReason`. It claims only what the
 * stored figures show by themselves: weights may have been others at the time.
 */
import type { AssignmentRecord } from '../../contracts/assignment.ts';
import type { ScoredCandidate } from './score-assignment.ts';

/** Of those left out because the task names one agent. */
export const notWanted = 'not the one asked for';

/** What tells most comes first. */
const praise = [
  ['fit', 'fits best'],
  ['success', 'best record'],
  ['load', 'most free'],
  ['cost', 'cheapest'],
  ['speed', 'quickest'],
] as const;

/** @returns null where nobody else was looked at, as in a chat */
export function whyChosen({ agentId, candidates, filteredOut, probe }: AssignmentRecord): string | null {
  if (filteredOut.some(({ reason }) => reason === notWanted)) return 'asked for';
  const chosen = candidates.find((candidate) => candidate.agentId === agentId);
  const others = candidates.filter((candidate) => candidate.agentId !== agentId);
  if (!chosen) return candidates.length === 0 ? null : freeSlot;
  if (others.length === 0) return 'the only one able';
  if (probe) return 'tried after failures';
  if (others.some(({ score }) => score > chosen.score)) return freeSlot;
  const ahead = praise.find(([part]) => others.every((other) => isAhead(chosen[part], other[part])));
  return ahead?.[1] ?? 'best of several';
}

const freeSlot = 'had a free slot';

type Figure = ScoredCandidate['cost'];

function isAhead(one: Figure, other: Figure): boolean {
  return one !== undefined && other !== undefined && one > other;
}
