import type { StepChanges } from '../contracts/run.ts';
import { isFinished } from '../contracts/status.ts';
import { expireApprovals } from '../db/approvals/approval-store.ts';
import type { RunRow } from '../db/mappings/run.ts';
import type { StepRow } from '../db/mappings/step.ts';
import type { TaskRow } from '../db/mappings/task.ts';
import { withdrawQuestions } from '../db/messages/ask-for-step.ts';
import type { Tx } from '../db/record.ts';
import { lockRun, updateRun } from '../db/run-store.ts';
import { lockTask, updateTask } from '../db/task-store.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { mergeChanges, onlyOf } from './merge-changes.ts';
import { findStep, tooLate } from './find-step.ts';
import type { ToolsOf } from './tools-of.ts';

interface EditStep {
  runId: string;
  /** Or the key of an item of a forEach that has begun: `read[2]`. */
  stepId: string;
  changes: StepChanges;
  /** The run's version that the person looked at; null: whatever is there. */
  ifMatch: string | null;
  toolsOf?: ToolsOf;
}

/**
 * Changes what a step of this run alone is given, before its work begins. One that stands still already (a wait, a question to a person)
 * begins anew with it: what a person was asked before is expired. The original stays in the version that the run has pinned.
 * @throws AppError not_found, precondition_failed, wrong_state, invalid_workflow, unknown_agent
 */
export async function editStep(
  tx: Tx,
  caller: Caller,
  { runId, stepId, changes, ifMatch, toolsOf }: EditStep,
): Promise<void> {
  requireOperator(caller);
  const run = await lockRun(tx, runId);
  if (ifMatch !== null && ifMatch !== String(run.version)) {
    const message = `The run is at version ${run.version} by now. Look at it and try again.`;
    throw new AppError('precondition_failed', message);
  }
  requireOpen(run);
  const { step, above } = await findStep(tx, run, stepId);
  const { given, kept } = await mergeChanges(tx, run, { step, above, changes, root: '', toolsOf });
  if (step.status === 'waiting') await beginAnew(tx, run, step);
  else if (step.status === 'in_progress') await changeTask(tx, step, { changes, given });
  else if (step.status !== 'pending') throw tooLate(`is ${step.status}`, step);
  await tx.sql('UPDATE steps SET changes = $3 WHERE run_id = $1 AND key = $2', [
    runId,
    stepId,
    JSON.stringify(kept),
  ]);
  await updateRun(tx, run, {});
  const status = step.status === 'waiting' ? 'pending' : step.status;
  const fields = Object.keys({ ...changes, ...changes.with }).filter((name) => name !== 'with');
  tx.emit(
    {
      stream: `run/${runId}`,
      type: 'step.changed',
      data: { key: stepId, title: stepId, taskId: step.taskId, fields, status },
    },
    { rootTaskId: run.rootTaskId },
  );
  tx.wake({ target: `run/${runId}`, label: run.name, rootTaskId: run.rootTaskId });
}

function requireOpen({ status, cancelRequestedAt }: RunRow): void {
  if (isFinished(status)) {
    const message = `The run is ${status}: retry it from this step with the changes instead.`;
    throw new AppError('wrong_state', message);
  }
  if (cancelRequestedAt) throw new AppError('wrong_state', 'The run is being cancelled.');
}

function needsOf({ requires, ...rest }: Record<string, unknown>): Partial<TaskRow> {
  if (requires === undefined) return rest;
  const needs = (requires ?? []) as { capability: string; level: number }[];
  return { ...rest, requires: needs.map(({ capability, level }) => ({ name: capability, level })) };
}

async function beginAnew(tx: Tx, run: RunRow, { key }: StepRow): Promise<void> {
  const asked = { keys: [key], reason: 'The step was changed: it is asked anew.' };
  await expireApprovals(tx, run, asked);
  await withdrawQuestions(tx, run, asked);
  await tx.sql(
    `UPDATE steps SET status = 'pending', wait_until = NULL, due_at = NULL, approval_id = NULL,
            reason = NULL, started_at = NULL WHERE run_id = $1 AND key = $2`,
    [run.id, key],
  );
}

/** Of the `with` of an agent step: what is taken as it is, without references. */
const asItIs = new Set(['requires', 'tools', 'outputSchema', 'method']);

/** A task that waits for its first agent can still be changed. What its goal is made of was worked out when it began. */
async function changeTask(
  tx: Tx,
  step: StepRow,
  { changes, given }: { changes: StepChanges; given: Record<string, unknown> },
): Promise<void> {
  if (step.items !== null) throw tooLate(`is under way: change an item of it, such as ${step.key}[0];`, step);
  if (step.taskId === null) throw tooLate('is at work', step);
  const task = await lockTask(tx, step.taskId);
  if (task.attempt > 0 || isFinished(task.status)) throw tooLate('is at work', step);
  const named = Object.keys(changes.with ?? {});
  if (!named.every((name) => asItIs.has(name))) throw tooLate('has worked out its input', step);
  const { goal, agentId, instructions, model } = changes;
  await updateTask(tx, task, {
    ...(goal === undefined ? {} : { goal }),
    ...(agentId === undefined ? {} : { wantedAgentId: agentId }),
    ...needsOf(onlyOf(given, changes.with ?? {})),
    changes: { ...task.changes, ...(instructions && { instructions }), ...(model && { model }) },
  });
  tx.wake({ target: `task/${task.id}`, label: task.title, rootTaskId: task.rootId });
}
