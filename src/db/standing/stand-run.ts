/**
 * Where a run stands: takes in what its tasks brought, lets `core` decide over the definition, writes the answer. The caller's
 * transaction; the run is locked first and its tasks after it.
 */
import type { Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import type { NextSteps } from '../../core/workflow/step-rows.ts';
import { nextSteps } from '../../core/workflow/next-steps.ts';
import { rowsToLoad } from '../../core/workflow/outputs-needed.ts';
import { standsWaiting } from '../../core/workflow/stands-waiting.ts';
import { AppError } from '../../errors.ts';
import { spendApprovals } from '../approval-store.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';
import {
  type EndedStep,
  type LoadedStep,
  loadOutputs,
  loadSteps,
  lockRun,
  updateRun,
  writeEndedSteps,
} from '../run-store.ts';
import { findVersion } from '../workflow-store.ts';
import { onRun, type RunContext, titleOf } from './run-context.ts';
import { requestCancel } from './request-cancel.ts';
import { endRun } from './end-run.ts';
import { startSteps } from './start-steps.ts';
import { runStanding } from './run-standing.ts';
import { takeWakes } from './take-wakes.ts';
import { writeSettled } from './write-settled.ts';
import type { World } from './world.ts';

/** @throws AppError not_found */
export async function standRun(tx: Tx, runId: string, world: World): Promise<Standing> {
  const run = await lockRun(tx, runId);
  await takeWakes(tx, `run/${run.id}`);
  const definition = await definitionOf(tx, run);
  const context: RunContext = { tx, run, definition, world };
  if (run.status === 'pending' && !run.cancelRequestedAt) await beginRun(context);
  const { steps, ended } = await loadSteps(tx, run);
  if (isFinished(run.status)) return runStanding(context, { steps, wakeAt: null });
  await writeEndedSteps(tx, run.id, ended);
  await spendApprovals(
    tx,
    run,
    ended.flatMap((step) => step.approvalId ?? []),
  );
  emitEnded(context, ended);
  const named = new Set(rowsToLoad(definition, steps, world.now.getTime()));
  if (!run.cancelRequestedAt)
    await loadOutputs(
      tx,
      run.id,
      steps.filter(({ key }) => named.has(key)),
    );
  const decision = nextSteps({
    definition,
    inputs: run.inputs,
    rows: steps,
    now: world.now.getTime(),
    control: { cancelRequested: run.cancelRequestedAt !== null, paused: run.pausedAt !== null },
  });
  const changed = await applyDecision(context, { steps, decision });
  const status = runStatus(context, { steps, decision });
  if ((changed || ended.length > 0 || status !== run.status) && !decision.end)
    await updateRun(tx, run, { status });
  return runStanding(context, { steps, wakeAt: decision.wakeAt });
}

async function beginRun({ tx, run, definition, world }: RunContext): Promise<void> {
  await updateRun(tx, run, {
    status: run.pausedAt ? 'paused' : 'running',
    startedAt: world.now,
    temporalStartedAt: run.temporalStartedAt ?? world.now,
  });
  tx.emit(onRun(run, 'run.started', { name: definition.name, steps: definition.steps.length }), {
    rootTaskId: run.rootTaskId,
  });
}

/** What a run is called while it goes on: paused, at work, or only waiting. */
function runStatus(
  { run, definition }: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): RunRow['status'] {
  if (run.status !== 'running' && run.status !== 'waiting') return run.status;
  return standsWaiting(definition, steps, decision.settle) ? 'waiting' : 'running';
}

async function applyDecision(
  context: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): Promise<boolean> {
  const { tx, run } = context;
  await writeSettled(context, { steps, settled: decision.settle, expanded: decision.expand });
  const stopped = new Set(decision.cancel);
  const stop = steps.filter((step) => stopped.has(step.key));
  const taskIds = stop.flatMap((step) => step.taskId ?? []);
  const runIds = stop.flatMap((step) => step.childRunId ?? []);
  if (stop.length > 0)
    await requestCancel(tx, {
      taskIds,
      runIds,
      reason: run.cancelReason ?? 'The run ended before this step did.',
    });
  if (decision.start.length > 0) await startSteps(context, { steps, decision });
  if (decision.end) await endRun(context, decision.end);
  return decision.settle.length + decision.start.length + decision.expand.length > 0;
}

function emitEnded({ tx, run, definition }: RunContext, ended: EndedStep[]): void {
  for (const step of ended) {
    const data = { key: step.key, title: titleOf(definition, step.key), taskId: step.taskId };
    if (step.status === 'completed')
      tx.emit(onRun(run, 'step.completed', data), { rootTaskId: run.rootTaskId });
    else {
      const error = step.error ?? { code: 'cancelled', message: 'Cancelled.' };
      tx.emit(onRun(run, 'step.failed', { ...data, ...error }), { rootTaskId: run.rootTaskId });
    }
  }
}

async function definitionOf(tx: Tx, run: RunRow): Promise<WorkflowDefinition> {
  // A workflow that was archived meanwhile is still walked to its end.
  const found = await findVersion(tx, run.workflowId, run.workflowVersion);
  if (!found) throw new AppError('internal', `Run ${run.id} has no definition.`);
  return found.definition;
}
