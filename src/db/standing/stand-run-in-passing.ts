/**
 * Where a run stands, asked by whoever has ended the task of one of its steps: its Temporal workflow is told by the close of the task's, and
 * need not ask.
 *
 * 1. It is the run's own look, in a transaction of its own. Nothing waits for it: a run that somebody looks at, that has much at work or that does
 *    not simply go on is left to its own look.
 * 2. The answer may not arrive (the Temporal workflows above are others by now). So the hints to look stay in the outbox until a child that this
 *    look has begun was started and says so. Where no child was begun there must be nothing to tell, or it is all undone.
 */
import type { Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import { allEnded } from '../connection.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';
import { type JoinedStep, readSteps } from '../run-store.ts';
import { costOfRun } from './run-standing.ts';
import { decideRun } from './stand-run.ts';
import { fulfilWakes, putOffWakes } from './take-wakes.ts';
import type { World } from './world.ts';

/** Of more than these at once, one look takes in several. */
const mostAtWork = 8;

/** Undoes what was decided: the run looks for itself. */
class LeftToItself extends Error {}

export function unlessLeft(error: unknown): null {
  if (error instanceof LeftToItself) return null;
  throw error;
}

export async function lockInPassing(tx: Tx, runId: string): Promise<RunRow | null> {
  const [run] = await tx.sql<RunRow>(
    `SELECT * FROM runs r WHERE id = $1 AND workspace_id = $2 AND status = 'running' AND paused_at IS NULL AND cancel_requested_at IS NULL
        AND (SELECT count(*) FROM steps s WHERE s.run_id = r.id AND s.status = 'in_progress') <= ${mostAtWork}
      FOR NO KEY UPDATE SKIP LOCKED`,
    [runId, tx.workspaceId],
  );
  return run ?? null;
}

/** @throws LeftToItself */
export async function standRunInPassing(tx: Tx, run: RunRow | null, world: World): Promise<Standing | null> {
  if (!run) return null;
  const [hints, rows, cost] = await allEnded([
    putOffWakes(tx, `run/${run.id}`),
    readSteps(tx, run.id),
    costOfRun(tx, run.id),
  ]);
  if (rows.every(hasEnded)) return null;
  const atWork = new Set(
    rows.filter((row) => !hasEnded(row)).flatMap(({ taskId, childRunId }) => childRunId ?? taskId ?? []),
  );
  const standing = await decideRun(tx, { run, rows, cost }, world);
  const begun = standing.start.find(({ id }) => !atWork.has(id));
  if (begun)
    return {
      ...standing,
      start: standing.start.map((job) => (job === begun ? { ...job, fulfils: hints } : job)),
    };
  if (standing.end || standing.wakeAt !== null) throw new LeftToItself();
  fulfilWakes(tx, hints);
  return standing;
}

function hasEnded({ status, taskStatus, childStatus }: JoinedStep): boolean {
  return [status, taskStatus, childStatus].some((each) => each !== null && isFinished(each));
}
