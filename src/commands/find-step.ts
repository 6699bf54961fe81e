import type { RunRow } from '../db/mappings/run.ts';
import type { StepRow } from '../db/mappings/step.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';

/** `above`: the forEach whose item it is. An item that has not begun gets its row here. */
export async function findStep(
  tx: Tx,
  run: RunRow,
  key: string,
): Promise<{ step: StepRow; above: StepRow | null }> {
  const [, parent = key, index] = /^(.+)\[(0|[1-9]\d{0,3})\]$/.exec(key) ?? [];
  const rows = await tx.sql<StepRow>('SELECT * FROM steps WHERE run_id = $1 AND key = ANY ($2)', [
    run.id,
    [key, parent],
  ]);
  const step = rows.find((row) => row.key === key);
  const above = rows.find((row) => row.key !== key) ?? null;
  if (step) return { step, above };
  if (!above || index === undefined || Number(index) >= (above.items ?? 0)) throw notFound('step', key);
  if (above.status !== 'in_progress') throw tooLate(`belongs to a step that is ${above.status}`, { key });
  const [added] = await tx.sql<StepRow>(
    `INSERT INTO steps (run_id, key, workspace_id, step_id, index, status) VALUES ($1, $2, $3, $4, $5, 'pending') RETURNING *`,
    [run.id, key, tx.workspaceId, above.stepId, Number(index)],
  );
  return { step: added as StepRow, above };
}

export function tooLate(how: string, { key }: Pick<StepRow, 'key'>): AppError {
  return new AppError('wrong_state', `Step ${key} ${how}: only one whose work has not begun can be changed.`);
}
