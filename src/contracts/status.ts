import * as z from 'zod';

/** Closed lists of statuses, one transition table per aggregate. Each transition is reached by a test. */

export const TaskStatus = z.enum([
  'pending',
  'assigned',
  'in_progress',
  'waiting',
  'completed',
  'failed',
  'cancelled',
]);
export type TaskStatus = z.infer<typeof TaskStatus>;

export const StepStatus = z.enum([...TaskStatus.options, 'skipped']);
export type StepStatus = z.infer<typeof StepStatus>;

export const RunStatus = z.enum([
  'pending',
  'running',
  'waiting',
  'paused',
  'completed',
  'failed',
  'cancelled',
]);
export type RunStatus = z.infer<typeof RunStatus>;

export const AttemptStatus = z.enum(['running', 'completed', 'failed', 'cancelled']);
export type AttemptStatus = z.infer<typeof AttemptStatus>;

export const ApprovalStatus = z.enum(['requested', 'approved', 'denied', 'expired']);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

export const FileStatus = z.enum(['uploaded', 'processing', 'ready', 'failed']);
export type FileStatus = z.infer<typeof FileStatus>;

export const MessageState = z.enum(['accepted', 'delivered', 'read', 'acknowledged', 'expired', 'withdrawn']);
export type MessageState = z.infer<typeof MessageState>;

/** What a waiting task waits for. */
export const WaitingFor = z.enum([
  'approval',
  'person',
  'message',
  'children',
  'files',
  'capacity',
  'budget',
  'model',
  'outage',
  'time',
  'paused',
]);
export type WaitingFor = z.infer<typeof WaitingFor>;

/**
 * What may follow what; `src/core/transition.ts` holds the record to it. A status that nothing writes yet has no way in and no way out.
 */
export const taskTransitions: Record<TaskStatus, readonly TaskStatus[]> = {
  pending: ['assigned', 'waiting', 'failed', 'cancelled'],
  /** Between two moves of one decision; a failed attempt makes a task assigned again, to nobody yet. */
  assigned: ['in_progress', 'waiting', 'failed', 'cancelled'],
  in_progress: ['waiting', 'assigned', 'completed', 'failed', 'cancelled'],
  waiting: ['assigned', 'in_progress', 'completed', 'failed', 'cancelled'],
  // What has ended is opened again only by a retry.
  completed: ['pending'],
  failed: ['pending'],
  cancelled: ['pending'],
};

export const runTransitions: Record<RunStatus, readonly RunStatus[]> = {
  pending: ['running', 'paused', 'failed', 'cancelled'],
  running: ['waiting', 'paused', 'completed', 'failed', 'cancelled'],
  /** Nothing is at work: it waits for a time or for a person. */
  waiting: ['running', 'paused', 'completed', 'failed', 'cancelled'],
  paused: ['running', 'failed', 'cancelled'],
  // A retry; a completed one when something below it is tried again.
  completed: ['running'],
  failed: ['running'],
  cancelled: ['running'],
};

/** An agent step that waits is in progress: its task says what it waits for. Only wait and approval steps are `waiting` themselves. */
export const stepTransitions: Record<StepStatus, readonly StepStatus[]> = {
  pending: ['in_progress', 'waiting', 'completed', 'failed', 'cancelled', 'skipped'],
  assigned: [],
  /** Back to pending: it timed out and will be tried again. */
  in_progress: ['pending', 'completed', 'failed', 'cancelled'],
  waiting: ['pending', 'completed', 'failed', 'cancelled'],
  // A retry policy, or a person's retry from a step.
  completed: ['pending'],
  failed: ['pending'],
  cancelled: ['pending'],
  skipped: ['pending'],
};

export const fileTransitions: Record<FileStatus, readonly FileStatus[]> = {
  uploaded: ['processing', 'failed'],
  processing: ['ready', 'failed'],
  ready: [],
  failed: [],
};

/**
 * Accepted: committed. Delivered: its recipient was woken with it in its record. Read: a model call or a person saw it. Withdrawn: a
 * question that whoever asked it needs no answer to any more.
 */
export const messageTransitions: Record<MessageState, readonly MessageState[]> = {
  accepted: ['delivered', 'read', 'acknowledged', 'expired', 'withdrawn'],
  delivered: ['read', 'acknowledged', 'expired', 'withdrawn'],
  read: ['acknowledged', 'expired', 'withdrawn'],
  // A request that was read and not answered by its deadline.
  acknowledged: ['expired', 'withdrawn'],
  expired: [],
  withdrawn: [],
};

/** It reaches nobody any more, and nobody answers it. */
export function isClosed(state: MessageState): boolean {
  return messageTransitions[state].length === 0;
}

const finished = new Set<string>(['completed', 'failed', 'cancelled', 'skipped']);

/** True for a status after which nothing more happens by itself. */
export function isFinished(status: TaskStatus | StepStatus | RunStatus | AttemptStatus): boolean {
  return finished.has(status);
}

/**
 * An outside effect: planned by a decision, claimed before it happens, settled after. Parked: there is no room for it in a budget.
 * Waiting: somebody else gives the answer (a person, another task).
 */
export const EffectStatus = z.enum([
  'planned',
  'parked',
  'claimed',
  'waiting',
  'settled',
  'failed',
  'abandoned',
]);
export type EffectStatus = z.infer<typeof EffectStatus>;
