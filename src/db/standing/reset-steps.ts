import type { PlanCorrection } from '../../contracts/plan.ts';
import type { StepChanges } from '../../contracts/run.ts';
import type { StepStatus } from '../../contracts/status.ts';
import { statusesBefore } from '../../core/transition.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';

export interface StepReset {
  keys: string[];
  /** For people: why they are done again. */
  reason: string;
  /**
   * Ids of the steps that this is about; the others follow. Items of those lose what was changed in them, since there may be others then.
   * Left out: all.
   */
  about?: string[] | undefined;
  /** What a retry changes in one step. */
  change?: { step: string; changes: StepChanges } | undefined;
  /** What was wrong with what steps brought. */
  correct?: PlanCorrection[];
}

/** Sets steps back to pending; the next decision starts them, each as a new attempt of its task. The caller holds the run's lock. */
export async function resetSteps(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'rootTaskId'>,
  { keys, reason, about, change, correct = [] }: StepReset,
): Promise<void> {
  const reset = await tx.sql<{ key: string; was: StepStatus; attempts: number; taskId: string | null }>(
    `WITH old AS (SELECT key, status FROM steps WHERE run_id = $1)
     UPDATE steps s SET status = 'pending', output = NULL, error = NULL, reason = NULL, due_at = NULL, wait_until = NULL, approval_id = NULL, child_run_id = NULL, started_at = NULL, ended_at = NULL,
            changes = CASE WHEN s.key = $3 AND $4::jsonb IS NOT NULL THEN coalesce(s.changes, '{}') || $4::jsonb
                           WHEN s.index IS NOT NULL AND s.step_id <> ALL ($6::text[]) THEN NULL ELSE s.changes END
       FROM old WHERE s.run_id = $1 AND s.key = old.key AND s.key = ANY ($2) AND s.status = ANY ($5) RETURNING s.key, old.status AS was, s.attempts, s.task_id`,
    [
      run.id,
      keys,
      change?.step ?? null,
      change ? JSON.stringify(change.changes) : null,
      ['pending', ...statusesBefore('step', 'pending')],
      about ?? null,
    ],
  );
  if (correct.length > 0)
    await tx.sql(
      `UPDATE steps s SET changes = coalesce(s.changes, '{}') || jsonb_build_object('correction', c.note)
         FROM (SELECT step, string_agg(note, E'\\n') AS note FROM unnest($2::text[], $3::text[]) AS u (step, note) GROUP BY step) AS c
        WHERE s.run_id = $1 AND s.step_id = c.step`,
      [run.id, correct.map(({ step }) => step), correct.map(({ note }) => note)],
    );
  for (const { key, was, attempts, taskId } of reset) {
    const data = { key, title: key, taskId, attempt: attempts + 1, reason };
    if (was !== 'pending' || attempts > 0)
      tx.emit({ stream: `run/${run.id}`, type: 'step.retried', data }, { rootTaskId: run.rootTaskId });
  }
}
