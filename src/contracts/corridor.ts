/**
 * What a Temporal workflow and the record say to each other: a state, never a change. Only ids, small numbers and short labels.
 */

/** Something that should be running now. The same key is the same job, however often it is named. */
export interface Job {
  key: string;
  kind: 'callModel' | 'callTool' | 'extractFile' | 'task' | 'run';
  /** The id of the child for kinds `task` and `run`; else of the owner. */
  id: string;
  /** One line that a person understands in Temporal's Web UI. */
  summary: string;
  /** Where a child stands that was begun by the same decision: it need not ask for that. Said once; without it the child asks by itself. */
  first?: Standing;
  /** For the child: wishes in the outbox that are fulfilled by its having been started. */
  fulfils?: string[];
}

export interface Standing {
  /** Grows with every decision; an older state than the one at hand is ignored. */
  version: number;
  start: Job[];
  /** Keys of jobs that must stop. */
  cancel: string[];
  /** Milliseconds since 1970 when it should be asked again, or null. */
  wakeAt: number | null;
  /** Set when nothing more will happen. */
  end: 'completed' | 'failed' | 'cancelled' | null;
  /** Markdown for Temporal's Web UI: what it waits for, what it cost so far. At most 500 characters. */
  details: string;
  status: string;
  agent: string | null;
  /**
   * With the end of a step's task: where its run stands after that, or null: somebody else tells it. Told to the run's Temporal workflow by the
   * close of the task's.
   */
  run?: Standing | null;
}

/** The one argument of every Temporal workflow. */
export interface CorridorInput {
  id: string;
  workspaceId: string;
}

/** What a Temporal workflow is started with. */
export interface CorridorStart extends CorridorInput {
  first?: Standing;
  fulfils?: string[];
}

/** What a Temporal workflow closes with. */
export type Close =
  | NonNullable<Standing['end']>
  | { end: NonNullable<Standing['end']>; run: Standing | null };

/** What a Temporal workflow asks the record. */
export interface Look extends CorridorInput {
  /** Its clock, milliseconds since 1970. */
  now: number;
  /** Keys of jobs whose activity ended without an answer. */
  lost: string[];
  /** Operations cancelled it in Temporal. */
  operations: boolean;
  /** When this execution began, milliseconds since 1970. */
  since: number;
  /** Said with the first look or job of a child. */
  fulfils?: string[];
}

/** What an activity that does a job is given. */
export interface JobInput extends CorridorInput {
  key: string;
  /** The Temporal workflow's clock when the job was scheduled, milliseconds since 1970. */
  now: number;
  /** The run whose Temporal workflow is the parent of this one: it hears of the close. */
  runId?: string;
  fulfils?: string[];
}
