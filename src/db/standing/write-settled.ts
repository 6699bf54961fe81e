import type { NextSteps } from '../../core/workflow/step-rows.ts';
import { checkTransition, statusesBefore } from '../../core/transition.ts';
import { approvalDenied } from '../../core/workflow/waits.ts';
import { expireApprovals } from '../approvals/approval-store.ts';
import { withdrawQuestions } from '../messages/ask-for-step.ts';
import type { LoadedStep } from '../run-store.ts';
import { onRun, type RunContext, titleOf } from './run-context.ts';

interface Settled {
  steps: LoadedStep[];
  settled: NextSteps['settle'];
  expanded: NextSteps['expand'];
}

/** Writes what the decision itself settled (set steps, skipped ones, failed expressions, retries) and which forEach steps have begun. */
export async function writeSettled(
  context: RunContext,
  { steps, settled, expanded }: Settled,
): Promise<void> {
  const { tx, run } = context;
  const known = new Map(steps.map((step) => [step.key, step]));
  for (const { key, status } of settled) checkTransition('step', known.get(key)?.status ?? 'pending', status);
  const rows = settled.map((settle) => ({
    key: settle.key,
    stepId: settle.stepId,
    index: settle.index,
    status: settle.status,
    output: settle.status === 'completed' ? settle.output : null,
    error: 'error' in settle ? settle.error : null,
    reason:
      settle.status === 'skipped' ? settle.reason.message : 'error' in settle ? settle.error.message : null,
    dueAt: settle.status === 'pending' ? new Date(settle.dueAt) : null,
  }));
  if (rows.length > 0) {
    await tx.sql(upsertSteps, [
      run.id,
      tx.workspaceId,
      rows.map((row) => row.key),
      rows.map((row) => row.stepId),
      rows.map((row) => row.index),
      rows.map((row) => row.status),
      rows.map((row) => (row.status === 'completed' ? JSON.stringify(row.output) : null)),
      rows.map((row) => (row.error ? JSON.stringify(row.error) : null)),
      rows.map((row) => row.reason),
      rows.map((row) => row.dueAt),
    ]);
  }
  await writeExpanded(context, expanded);
  const asking = settled.filter(({ key }) => {
    const step = known.get(key);
    return step?.status === 'waiting' && step.approvalId !== null;
  });
  for (const settle of asking)
    await expireApprovals(tx, run, { keys: [settle.key], reason: whyOver(settle, run.cancelReason) });
  for (const settle of settled) {
    const step = known.get(settle.key);
    if (step?.status === 'waiting' && step.approvalId === null && step.waitUntil === null)
      await withdrawQuestions(tx, run, { keys: [settle.key], reason: whyOver(settle, run.cancelReason) });
  }
  for (const settle of settled) emitSettled(context, settle, known.get(settle.key));
}

async function writeExpanded(
  { tx, run, definition }: RunContext,
  expanded: NextSteps['expand'],
): Promise<void> {
  if (expanded.length === 0) return;
  const begun = await tx.sql<{ key: string }>(
    `UPDATE steps s SET status = 'in_progress', items = e.count, started_at = coalesce(s.started_at, now())
       FROM unnest($2::text[], $3::int[]) AS e (key, count) WHERE s.run_id = $1 AND s.key = e.key AND s.status = ANY ($4) RETURNING s.key`,
    [
      run.id,
      expanded.map((step) => step.key),
      expanded.map((step) => step.count),
      statusesBefore('step', 'in_progress'),
    ],
  );
  for (const { key } of begun) {
    const data = {
      key,
      title: titleOf(definition, key),
      taskId: null,
      status: 'in_progress' as const,
    };
    tx.emit(onRun(run, 'step.started', data), { rootTaskId: run.rootTaskId });
  }
}

/** Why nobody needs to decide any more. */
function whyOver(settle: NextSteps['settle'][number], cancelReason: string | null): string {
  if (!('error' in settle)) return cancelReason ?? 'The run ended before it was decided.';
  return settle.error.code === approvalDenied ? 'expired' : settle.error.message;
}

const upsertSteps = `
  INSERT INTO steps AS s (run_id, workspace_id, key, step_id, index, status, output, error, reason, due_at, started_at, ended_at)
  SELECT $1, $2, key, step_id, index, status, output, error, reason, due_at, now(), CASE WHEN status = 'pending' THEN NULL ELSE now() END
    FROM unnest($3::text[], $4::text[], $5::int[], $6::text[], $7::jsonb[], $8::jsonb[], $9::text[], $10::timestamptz[])
      AS e (key, step_id, index, status, output, error, reason, due_at)
  ON CONFLICT (run_id, key) DO UPDATE SET status = excluded.status, output = excluded.output, error = excluded.error,
    reason = excluded.reason, due_at = excluded.due_at, wait_until = NULL, started_at = coalesce(s.started_at, excluded.started_at), ended_at = excluded.ended_at`;

function emitSettled(
  { tx, run, definition }: RunContext,
  settle: NextSteps['settle'][number],
  step: LoadedStep | undefined,
): void {
  const taskId = step?.taskId ?? null;
  const data = { key: settle.key, title: titleOf(definition, settle.key), taskId };
  const place = { rootTaskId: run.rootTaskId };
  if (settle.status === 'completed') tx.emit(onRun(run, 'step.completed', data), place);
  if (settle.status === 'skipped')
    tx.emit(onRun(run, 'step.skipped', { ...data, reason: settle.reason.message }), place);
  if (settle.status === 'failed')
    tx.emit(
      onRun(run, 'step.failed', { ...data, code: settle.error.code, message: settle.error.message }),
      place,
    );
  if (settle.status === 'cancelled')
    tx.emit(onRun(run, 'step.cancelled', { ...data, reason: run.cancelReason ?? 'The run ended.' }), place);
  if (settle.status === 'pending') {
    const attempt = (step?.attempts ?? 0) + 1;
    tx.emit(onRun(run, 'step.retried', { ...data, attempt, reason: settle.error.message }), place);
  }
}
