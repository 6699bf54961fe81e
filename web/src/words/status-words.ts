import type { RunStatus, StepStatus, WaitingFor } from '../../../src/contracts/status.ts';

export type AnyStatus = StepStatus | RunStatus;
export type StatusTone =
  | 'pending'
  | 'assigned'
  | 'progress'
  | 'waiting'
  | 'completed'
  | 'failed'
  | 'cancelled';

interface Look {
  word: string;
  tone: StatusTone;
  icon: StatusTone | 'nottaken';
}

const looks: Record<AnyStatus, Look> = {
  pending: { word: 'Pending', tone: 'pending', icon: 'pending' },
  assigned: { word: 'Assigned', tone: 'assigned', icon: 'assigned' },
  in_progress: { word: 'In progress', tone: 'progress', icon: 'progress' },
  running: { word: 'In progress', tone: 'progress', icon: 'progress' },
  waiting: { word: 'Waiting', tone: 'waiting', icon: 'waiting' },
  paused: { word: 'Paused', tone: 'waiting', icon: 'waiting' },
  completed: { word: 'Completed', tone: 'completed', icon: 'completed' },
  failed: { word: 'Failed', tone: 'failed', icon: 'failed' },
  cancelled: { word: 'Cancelled', tone: 'cancelled', icon: 'cancelled' },
  skipped: { word: 'Not taken', tone: 'cancelled', icon: 'nottaken' },
};

export function lookOf(status: AnyStatus): Look {
  return looks[status];
}

const over = new Set<AnyStatus>(['completed', 'failed', 'cancelled', 'skipped']);

/** As `isFinished` of the contracts, which would bring the whole schema library into the page. */
export function isOver(status: AnyStatus): boolean {
  return over.has(status);
}

const waitings: Record<WaitingFor, string> = {
  approval: 'an approval',
  person: 'a person',
  message: 'a message',
  children: 'its steps',
  files: 'its files',
  capacity: 'an agent',
  budget: 'budget',
  model: 'a model',
  outage: 'a provider',
  time: 'its time',
  paused: 'you, it is paused',
};

export function waitsFor(kind: WaitingFor): string {
  return waitings[kind];
}

/** Of a row of the plan, which says itself what it waits for. */
export function stepStatus({
  status,
  waiting,
}: {
  status: AnyStatus;
  waiting: { for: WaitingFor } | null;
}): AnyStatus {
  return status === 'waiting' && waiting?.for === 'paused' ? 'paused' : status;
}

interface Standing {
  status: AnyStatus;
  /** What keeps it from going on; who waits for steps that are at work is held by nothing. */
  held: { for: WaitingFor } | null;
}

/** The one place that says what something is called that stands still, wherever it is shown. What is paused is so at once, though its steps finish. */
export function shownStatus({ status, held }: Standing): AnyStatus {
  if (isOver(status)) return status;
  if (held) return held.for === 'paused' ? 'paused' : 'waiting';
  return status === 'waiting' ? 'in_progress' : status;
}
