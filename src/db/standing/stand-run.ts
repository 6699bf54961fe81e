/**
 * Where a run stands: takes in what its tasks brought, lets `core` decide over the definition, writes the answer. The caller's
 * transaction; the run is locked first and its tasks after it.
 */
import type { Standing } from '../../contracts/corridor.ts';
import { isFinished } from '../../contracts/status.ts';
import type { NextSteps } from '../../core/workflow/step-rows.ts';
import { nextSteps } from '../../core/workflow/next-steps.ts';
import { type ChangedInputs, changeSteps } from '../../core/workflow/change-step.ts';
import { rowsToLoad } from '../../core/workflow/outputs-needed.ts';
import { standsWaiting } from '../../core/workflow/stands-waiting.ts';
import { remindOfSteps, spendApprovals } from '../approvals/approval-store.ts';
import { allEnded } from '../connection.ts';
import type { RunRow } from '../mappings/run.ts';
import type { Tx } from '../record.ts';
import {
  type EndedStep,
  type LoadedStep,
  type JoinedStep,
  loadOutputs,
  lockRun,
  readSteps,
  stepsOf,
  updateRun,
  writeEndedSteps,
} from '../run-store.ts';
import { followPlan } from './follow-plan.ts';
import { askForPlan, controlOf, endWithReason, waitsForPlan } from './ask-for-plan.ts';
import { definitionOfRun, onRun, type RunContext, titleOf } from './run-context.ts';
import { requestCancel } from './request-cancel.ts';
import { endRun } from './end-run.ts';
import { decideNewTasks, type NewTask } from './decide-new-tasks.ts';
import { startSteps } from './start-steps.ts';
import { costOfRun, runStanding } from './run-standing.ts';
import { takeWakes } from './take-wakes.ts';
import { writeSettled } from './write-settled.ts';
import type { World } from './world.ts';

/** What a look reads first. */
export interface LookedRun {
  run: RunRow;
  rows: JoinedStep[];
  cost: string;
}

/** In one piece, and in this order. @throws AppError not_found */
export async function lockForLook(tx: Tx, runId: string): Promise<LookedRun> {
  const locked = lockRun(tx, runId);
  takeWakes(tx, `run/${runId}`);
  const [run, rows, cost] = await allEnded([locked, readSteps(tx, runId), costOfRun(tx, runId)]);
  return { run, rows, cost };
}

/** @throws AppError not_found */
export async function standRun(tx: Tx, runId: string, world: World): Promise<Standing> {
  return decideRun(tx, await lockForLook(tx, runId), world);
}

/** For a caller that holds the lock already. */
export async function decideRun(tx: Tx, { run, rows, cost }: LookedRun, world: World): Promise<Standing> {
  const followed = await followPlan(tx, run);
  const pinned = await definitionOfRun(tx, run);
  if (run.status === 'pending' && !run.cancelRequestedAt)
    await beginRun({ tx, run, definition: pinned, world });
  const { steps, ended } = stepsOf(run, followed ? await readSteps(tx, run.id) : rows);
  const definition = changeSteps(pinned, changedInputs(steps));
  const context: RunContext = { tx, run, definition, world };
  if (isFinished(run.status)) return runStanding(context, { steps, wakeAt: null, cost });
  writeEndedSteps(tx, run.id, ended);
  await spendApprovals(
    tx,
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
    control: controlOf(run),
  });
  await askForPlan(context, decision);
  const made = await applyDecision(context, { steps, decision });
  const changed = decision.settle.length + decision.start.length + decision.expand.length > 0;
  const status = runStatus(context, { steps, decision });
  if ((changed || ended.length > 0 || status !== run.status) && !decision.end) await moveRun(context, status);
  const firsts = await decideNewTasks(context, made);
  return runStanding(context, { steps, wakeAt: decision.wakeAt, firsts, cost });
}

function changedInputs(steps: LoadedStep[]): ChangedInputs {
  return new Map(steps.flatMap(({ key, changes }) => (changes?.with ? [[key, changes.with]] : [])));
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

async function moveRun({ tx, run }: RunContext, status: RunRow['status']): Promise<void> {
  const moved = status !== run.status;
  await updateRun(tx, run, { status });
  if (moved)
    tx.emit(onRun(run, status === 'waiting' ? 'run.waiting' : 'run.resumed', {}), {
      rootTaskId: run.rootTaskId,
    });
}

/** What a run is called while it goes on: paused, at work, or only waiting. */
function runStatus(
  { run, definition }: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): RunRow['status'] {
  if (run.status !== 'running' && run.status !== 'waiting') return run.status;
  const waits = standsWaiting(definition, steps, decision.settle) || waitsForPlan(run, steps);
  return waits ? 'waiting' : 'running';
}

/** @returns the tasks of agent steps that it made */
async function applyDecision(
  context: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): Promise<NewTask[]> {
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
  const made = decision.start.length > 0 ? await startSteps(context, { steps, decision }) : [];
  await remindOfSteps(tx, run, { keys: decision.remind, now: context.world.now });
  if (decision.end) await endRun(context, endWithReason(context, decision.end));
  return made;
}

function emitEnded({ tx, run, definition }: RunContext, ended: EndedStep[]): void {
  for (const step of ended) {
    const data = { key: step.key, title: titleOf(definition, step.key), taskId: step.taskId };
    const place = { rootTaskId: run.rootTaskId };
    const error = step.error ?? { code: 'step_failed', message: 'The step failed.' };
    const reason = step.error?.message ?? run.cancelReason ?? 'What carried it out was cancelled.';
    if (step.status === 'completed') tx.emit(onRun(run, 'step.completed', data), place);
    else if (step.status === 'failed') tx.emit(onRun(run, 'step.failed', { ...data, ...error }), place);
    else tx.emit(onRun(run, 'step.cancelled', { ...data, reason }), place);
  }
}
