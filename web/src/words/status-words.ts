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

/** A Chief of Staff waits for its steps while they work: people read that as work. Who waits because it is paused is paused. */
export function shownStatus({
  status,
  waiting,
}: {
  status: AnyStatus;
  waiting: { for: WaitingFor } | null;
}): AnyStatus {
  if (status !== 'waiting') return status;
  if (waiting?.for === 'paused') return 'paused';
  return waiting?.for === 'children' ? 'in_progress' : status;
}
