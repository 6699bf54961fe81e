/** What the decision reads of the record, and what it answers. All times are milliseconds since 1970. */
import type { StepStatus } from '../../contracts/status.ts';
import type { Json, StepKind } from '../../contracts/workflow.ts';

/** One row per step that was touched, and one per item of a forEach. A step without a row is pending. */
export interface StepRow {
  /** `id`, or `id[3]` for the item 3 of a forEach */
  key: string;
  stepId: string;
  index: number | null;
  status: StepStatus;
  /** Left out (undefined) when it was not loaded; a completed step's output in the record is never undefined. */
  output?: unknown;
  error?: StepError | null;
  /** Attempts that were started. */
  attempts: number;
  /** Pending: not before. Running: fails as timed out at. */
  dueAt: number | null;
  /** A waiting step: a wait step completes then, an approval has expired. */
  waitUntil?: number | null;
  /** Of an approval that waits, when people have not been reminded yet. */
  remindAt?: number | null;
  /** Of an item of a forEach: what a person changed in its `with`. */
  changed?: Readonly<Record<string, unknown>> | null;
}

export interface StepError {
  code: string;
  message: string;
  /** Place in the definition, for an expression that failed. */
  pointer?: string;
  /** false: trying again would give the same. */
  retryable?: boolean;
}

export interface RunControl {
  cancelRequested: boolean;
  paused: boolean;
  /** A Chief of Staff stands ready: a failed step with `onError: replan` then waits for a new plan. Else it fails the run. */
  canReplan?: boolean;
  /** A new plan was asked for: what is at work ends, nothing new begins. */
  replanning?: boolean;
}

export interface SkipReason {
  code: 'condition_false' | 'dependency_not_completed' | 'no_dependency_completed';
  message: string;
}

/** A change of one row that the decision itself makes; the caller writes it. */
export type Settle = { key: string; stepId: string; index: number | null } & (
  | { status: 'completed'; output: Json }
  | { status: 'skipped'; reason: SkipReason }
  | { status: 'failed'; error: StepError }
  | { status: 'cancelled' }
  /** Will be tried again at `dueAt`. */
  | { status: 'pending'; dueAt: number; error: StepError }
);

export interface Start {
  key: string;
  stepId: string;
  index: number | null;
  kind: StepKind;
  /** The step's `with` with every reference resolved. */
  with: Record<string, Json>;
  /** 1 for the first */
  attempt: number;
  /** When it times out. */
  dueAt: number | null;
  /** When a wait step completes, or an approval expires. */
  waitUntil: number | null;
  /** When people are reminded of an approval. */
  remindAt: number | null;
}

export interface RunError {
  code: 'step_failed' | 'expression_failed';
  message: string;
  stepId?: string;
  cause?: StepError;
}

export type RunEnd =
  | { status: 'completed'; output: Json }
  | { status: 'failed'; error: RunError }
  | { status: 'cancelled' };

export interface NextSteps {
  settle: Settle[];
  start: Start[];
  /** forEach steps that have begun: their row is in progress, with this many items. */
  expand: { key: string; stepId: string; count: number }[];
  /** Keys of running rows that have to stop. Said again until their rows have ended. */
  cancel: string[];
  /** Keys of approvals that people are to be reminded of now. */
  remind: string[];
  /** Steps whose failure asks for a new plan. */
  replan: string[];
  /** Ask again then at the latest. */
  wakeAt: number | null;
  end: RunEnd | null;
}

export function stepKey(stepId: string, index: number | null): string {
  return index === null ? stepId : `${stepId}[${index}]`;
}

export function isRunning(status: StepStatus): boolean {
  return status === 'assigned' || status === 'in_progress' || status === 'waiting';
}

/** Nothing carries these steps out: they stand as a row until a time, or until a person has decided. So they end at once when told to. */
export function onlyWaits(kind: StepKind | undefined): boolean {
  return kind === 'wait' || kind === 'approval';
}
