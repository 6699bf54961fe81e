import { isFinished, type RunStatus } from '../contracts/status.ts';
import { requestCancel } from '../db/standing/request-cancel.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

/** @throws AppError not_found; wrong_state when it has ended already */
export async function cancelRun(
  tx: Tx,
  caller: Caller,
  input: { runId: string; reason?: string | undefined },
): Promise<{ id: string }> {
  requireOperator(caller);
  const reason = input.reason ?? 'Cancelled by a person.';
  await requestCancel(tx, { runIds: [input.runId], reason });
  // Asked after it: who had to wait for the end of the run sees it, and what was done is undone.
  const [run] = await tx.sql<{ status: RunStatus }>(
    'SELECT status FROM runs WHERE id = $1 AND workspace_id = $2',
    [input.runId, tx.workspaceId],
  );
  if (!run) throw notFound('run', input.runId);
  if (isFinished(run.status) && run.status !== 'cancelled')
    throw new AppError('wrong_state', `The run is ${run.status}: there is nothing left to cancel.`);
  return { id: input.runId };
}
