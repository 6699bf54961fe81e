/**
 * Where a run stands, asked by whoever has ended the task of one of its steps: its Temporal workflow is told by the close of the task's, and
 * need not ask.
 *
 * 1. It is the run's own look, in a transaction of its own. A run that has much at work or does not simply go on is left to its own look.
 * 2. The answer may not arrive (the Temporal workflows above are others by now). So the hints to look stay in the outbox until a child that this
 *    look has begun was started and says so. Where no child was begun there must be nothing to tell, or it is all undone.
 * 3. Steps that end together are often taken in by one look: then the others have nothing to tell, and must not be asked about.
 */
import type { Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import { allEnded } from '../connection.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';
import { type JoinedStep, readSteps } from '../run-store.ts';
import { costOfRun } from './run-standing.ts';
import { decideRun, type LookedRun } from './stand-run.ts';
import { fulfilWakes, type PutOff, putOffWakes } from './take-wakes.ts';
import type { World } from './world.ts';

/** Of more than these at once, one look takes in several. */
const mostAtWork = 8;

/** Null: whoever took in the end of this task tells it. */
export type Told = Standing | null | 'left';

/** Undoes what was decided: the run looks for itself. */
class LeftToItself extends Error {}

export function unlessLeft(error: unknown): 'left' {
  if (error instanceof LeftToItself) return 'left';
  throw error;
}

export interface LookedInPassing extends LookedRun {
  hints: PutOff[];
}

/** To be sent ahead, in this order. Null: it is left to itself. */
export async function lockInPassing(tx: Tx, runId: string): Promise<LookedInPassing | null> {
  const locked = tx.sql<RunRow & { hints: PutOff[] | null }>(
    `WITH locked AS MATERIALIZED (
       SELECT * FROM runs r WHERE id = $1 AND workspace_id = $2 AND status = 'running' AND paused_at IS NULL AND cancel_requested_at IS NULL
          AND (SELECT count(*) FROM steps s WHERE s.run_id = r.id AND s.status = 'in_progress') <= ${mostAtWork}
        FOR NO KEY UPDATE), ${putOffWakes('$3', 'locked')}
     SELECT *, (SELECT json_agg(json_build_object('id', id, 'underWay', under_way)) FROM put) AS hints FROM locked`,
    [runId, tx.workspaceId, `run/${runId}`],
  );
  const [[found], rows, cost] = await allEnded([locked, readSteps(tx, runId), costOfRun(tx, runId)]);
  if (!found) return null;
  const { hints, ...run } = found;
  return { run, rows, cost, hints: hints ?? [] };
}

/** @throws LeftToItself */
export async function standRunInPassing(
  tx: Tx,
  looked: LookedInPassing | null,
  { taskId, world }: { taskId: string; world: World },
): Promise<Told> {
  if (!looked) return 'left';
  const { hints, rows } = looked;
  if (rows.every(hasEnded)) throw new LeftToItself();
  const atWork = new Set(
    rows.filter((row) => !hasEnded(row)).flatMap(({ taskId: id, childRunId }) => childRunId ?? id ?? []),
  );
  const standing = await decideRun(tx, looked, world);
  const begun = standing.start.find(({ id }) => !atWork.has(id));
  if (begun) {
    const fulfils = hints.map(({ id }) => id);
    return { ...standing, start: standing.start.map((job) => (job === begun ? { ...job, fulfils } : job)) };
  }
  if (standing.end || standing.wakeAt !== null) throw new LeftToItself();
  fulfilWakes(
    tx,
    hints.flatMap(({ id, underWay }) => (underWay ? [] : [id])),
  );
  const isTold = rows.some((row) => row.taskId === taskId && isFinished(row.status));
  return isTold ? null : standing;
}

function hasEnded({ status, taskStatus, childStatus }: JoinedStep): boolean {
  return [status, taskStatus, childStatus].some((each) => each !== null && isFinished(each));
}
