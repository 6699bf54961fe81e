import { type Cost, noCost } from '../../contracts/cost.ts';
import type { Run, Step, StepAttempt } from '../../contracts/run.ts';
import { isFinished } from '../../contracts/status.ts';
import { addCosts } from '../../db/cost-reads.ts';
import {
  type ListedRun,
  type ListedStep,
  type ListedStepAttempt,
  nestedIn,
  type RunParts,
} from '../../db/run-reads.ts';
import { type TemporalPlace, temporalLink } from '../temporal-link.ts';
import { presentWaiting, timeOrNull } from '../tasks/present-task.ts';

export function presentRun(row: ListedRun, parts: RunParts, temporal: TemporalPlace): Run {
  const steps = presentSteps(row, parts);
  return {
    id: row.id,
    workflowId: row.workflowId,
    workflowVersion: row.workflowVersion,
    name: row.name,
    taskId: row.taskId,
    parentRunId: row.parentRunId,
    status: row.status,
    held: parts.held.get(row.id) ?? null,
    inputs: row.inputs,
    output: row.output,
    error: row.error,
    steps,
    cost: addCosts(steps.map(({ cost }) => cost)),
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    startedAt: timeOrNull(row.startedAt),
    endedAt: timeOrNull(row.endedAt),
    temporal: temporalLink(temporal, `run/${row.id}`, row.temporalStartedAt),
  };
}

/** In the order of the definition; the turns of a forEach after their step. */
function presentSteps(row: ListedRun, { steps, costs, attempts, nested }: RunParts): Step[] {
  const rows = steps.get(row.id) ?? [];
  const place = new Map(row.definition.steps.map(({ id }, index) => [id, index]));
  const sorted = rows.toSorted(
    (a, b) => (place.get(a.stepId) ?? 0) - (place.get(b.stepId) ?? 0) || (a.index ?? -1) - (b.index ?? -1),
  );
  return sorted.map((step) => {
    if (step.taskId !== null)
      return presentStep(row, step, {
        attempts: attempts.get(step.taskId) ?? [],
        cost: costs.get(step.taskId) ?? noCost,
      });
    const runs = nested.get(nestedIn(step)) ?? [];
    return presentStep(row, step, { attempts: runs, cost: addCosts(runs.map(({ cost }) => cost)) });
  });
}

function presentAttempt(attempt: ListedStepAttempt, index: number): StepAttempt {
  const { status, cost, startedAt, endedAt } = attempt;
  return { n: index + 1, status, cost, startedAt: timeOrNull(startedAt), endedAt: timeOrNull(endedAt) };
}

interface Tried {
  attempts: ListedStepAttempt[];
  cost: Cost;
}

function presentStep({ definition }: ListedRun, row: ListedStep, { attempts, cost }: Tried): Step {
  const defined = definition.steps.find(({ id }) => id === row.stepId);
  const title = defined?.title ?? row.stepId;
  const status = shownStatus(row);
  return {
    key: row.key,
    stepId: row.stepId,
    index: row.index,
    items: row.items,
    kind: defined?.kind ?? 'agent',
    title: row.taskTitle ?? (row.index === null ? title : `${title} (${row.index + 1})`),
    dependsOn: defined?.dependsOn ?? [],
    condition: defined?.if ?? null,
    status,
    reason: row.reason ?? row.error?.message ?? null,
    waiting: status === 'waiting' ? waitingOf(row) : null,
    taskId: row.taskId,
    approvalId: row.approvalId,
    childRunId: row.childRunId,
    agent:
      row.agentId === null ? null : { id: row.agentId, name: row.agentName ?? '', role: row.agentRole ?? '' },
    attempt: row.taskAttempt ?? row.attempts,
    changes: changesOf(row),
    cost,
    attempts: attempts.map(presentAttempt),
    startedAt: timeOrNull(row.startedAt),
    endedAt: timeOrNull(row.endedAt),
  };
}

/** What a person changed; a correction by the Chief of Staff is told by the plan. */
function changesOf({ changes }: ListedStep): Step['changes'] {
  const { goal, agentId, instructions, model, with: given } = changes ?? {};
  const own = Object.entries({ goal, agentId, instructions, model, with: given }).filter(
    ([, value]) => value !== undefined,
  );
  return own.length === 0 ? null : (Object.fromEntries(own) as Step['changes']);
}

/** A step with a task waits for what its task waits for; one without says it itself. */
function waitingOf(row: ListedStep): Step['waiting'] {
  if (row.taskId !== null) return presentWaiting(row);
  const since = (row.startedAt ?? new Date(0)).toISOString();
  const asks = row.waitUntil === null ? 'person' : 'time';
  return { for: row.approvalId === null ? asks : 'approval', detail: row.reason ?? '', since };
}

/** While a step is at work its task knows more: assigned, at work, or waiting for something. */
function shownStatus({ status, taskStatus }: ListedStep): Step['status'] {
  if (taskStatus === null || isFinished(status) || isFinished(taskStatus)) return status;
  return taskStatus;
}
