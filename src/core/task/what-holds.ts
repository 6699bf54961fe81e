import type { StepStatus, WaitingFor } from '../../contracts/status.ts';
import type { Waiting } from '../../contracts/waiting.ts';

/** A task that is not over, a step that stands still without one, or a run that is paused, below what is asked about. */
export interface OpenPart {
  status: StepStatus;
  /** Of one that waits. Who waits for what is below it is no part: that itself is. */
  waiting: Waiting | null;
}

/** What a person can do something about is named before what ends by itself. */
const people: readonly WaitingFor[] = ['paused', 'approval', 'person', 'budget', 'model', 'capacity'];

/**
 * What keeps a goal or a run from going on: null while something of it is at work. Of several reasons the first that people can do something about, the
 * oldest of its kind.
 */
export function whatHolds(parts: readonly OpenPart[]): Waiting | null {
  if (parts.some(({ status }) => status !== 'waiting')) return null;
  const waits = parts.flatMap(({ waiting }) => waiting ?? []);
  return waits.toSorted((a, b) => rank(a) - rank(b) || Date.parse(a.since) - Date.parse(b.since))[0] ?? null;
}

/** What a person has paused is held by that at once, although what is at work finishes its step. */
export function heldByPause(pausedAt: Date): Waiting {
  return { for: 'paused', detail: 'Paused by a person', since: pausedAt.toISOString() };
}

function rank({ for: kind }: Waiting): number {
  const place = people.indexOf(kind);
  return place === -1 ? people.length : place;
}
