import type { WorkflowDefinition } from '../../contracts/workflow.ts';
import type { NextSteps, Start } from '../../core/workflow/step-rows.ts';
import { onlyWaits } from '../../core/workflow/step-rows.ts';
import { waitingWords } from '../../core/workflow/waits.ts';
import { checkTransition } from '../../core/transition.ts';
import { indexDefinition } from '../../core/workflow/definition-index.ts';
import { insertApproval } from '../approvals/approval-store.ts';
import { allEnded } from '../connection.ts';
import { askForStep } from '../messages/ask-for-step.ts';
import { type LoadedStep, loadOutputs } from '../run-store.ts';
import { agentTaskOf, type StepWork } from './agent-task-of.ts';
import type { RunContext } from './run-context.ts';
import { startNestedRun } from './start-nested-run.ts';
import { toolTaskOf } from './tool-task-of.ts';
import { atWork, type Begun, emitStarted, writeStarted } from './write-started.ts';

/**
 * Each agent step that starts becomes a task, whose Temporal workflow is a child of the run's; a workflow step a run of its own; wait and
 * approval steps stand as a row. Steps that start together are written side by side, without waiting for each other's answers.
 */
export async function startSteps(
  context: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): Promise<void> {
  const known = new Map(steps.map((step) => [step.key, step]));
  const outputs = await outputsBefore(context, { steps, decision });
  const works = decision.start.map((start): StepWork => {
    const dependencies = dependenciesOf(context.definition, start, outputs);
    const changes = known.get(start.stepId)?.changes ?? null;
    return { start, dependencies, changes, before: known.get(start.key)?.taskId ?? null };
  });
  const begun = await allEnded(
    works.map(async (work) => {
      const one = await begin(context, work);
      checkTransition('step', known.get(work.start.key)?.status ?? 'pending', one.status);
      await writeStarted(context, work.start, one);
      return one;
    }),
  );
  for (const [at, { start, changes }] of works.entries()) {
    const { status, taskId, approvalId, childRunId } = begun[at] as Begun;
    const { key, stepId, index, dueAt, waitUntil, attempt: attempts } = start;
    const row = {
      key,
      stepId,
      index,
      dueAt,
      waitUntil,
      status,
      attempts,
      taskId,
      approvalId,
      childRunId,
      changes,
    };
    const before = known.get(key);
    if (before) Object.assign(before, row);
    else steps.push(row);
    emitStarted(context, start, begun[at] as Begun);
  }
}

/** What the steps before those that start brought, whether an expression names it or not: a task sees it all. */
async function outputsBefore(
  { tx, run, definition }: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): Promise<Map<string, unknown>> {
  const { byId } = indexDefinition(definition);
  const needed = new Set(
    decision.start.flatMap(({ kind, stepId }) =>
      kind === 'agent' ? (byId.get(stepId)?.step.dependsOn ?? []) : [],
    ),
  );
  const rows = steps.filter(({ key }) => needed.has(key));
  await loadOutputs(tx, run.id, rows);
  const outputs = new Map(rows.map(({ key, output }) => [key, output]));
  for (const settled of decision.settle)
    if (settled.status === 'completed' && settled.index === null) outputs.set(settled.key, settled.output);
  return outputs;
}

async function begin(context: RunContext, work: StepWork): Promise<Begun> {
  const { start } = work;
  if (onlyWaits(start.kind)) return beginWaiting(context, start);
  if (start.kind === 'tool') return { ...atWork, taskId: await toolTaskOf(context, work) };
  if (start.kind !== 'workflow') return { ...atWork, taskId: await agentTaskOf(context, work) };
  const nested = await startNestedRun(context, start);
  if ('runId' in nested) return { ...atWork, childRunId: nested.runId };
  // The decision on what follows is taken by the next look, which finds the step as failed.
  context.tx.wake({
    target: `run/${context.run.id}`,
    label: context.run.name,
    rootTaskId: context.run.rootTaskId,
  });
  return { ...atWork, status: 'failed', reason: nested.error.message, error: nested.error };
}

async function beginWaiting({ tx, run }: RunContext, start: Start): Promise<Begun> {
  const begun: Begun = { ...atWork, status: 'waiting', reason: waitingWords(start) };
  if (start.kind === 'wait') await askForStep(tx, run, start);
  if (start.kind !== 'approval') return begun;
  const { title, details } = start.with as unknown as { title: string; details: string | null };
  const expiresAt = start.waitUntil === null ? null : new Date(start.waitUntil);
  const asked = { stepKey: start.key, attempt: start.attempt, title, details, expiresAt };
  return { ...begun, approvalId: await insertApproval(tx, run, asked) };
}

function dependenciesOf(
  definition: WorkflowDefinition,
  start: Start,
  outputs: Map<string, unknown>,
): Record<string, unknown> {
  const step = indexDefinition(definition).byId.get(start.stepId)?.step;
  const named = (step?.dependsOn ?? []).filter(
    (id) => outputs.get(id) !== undefined && outputs.get(id) !== null,
  );
  return Object.fromEntries(named.map((id) => [id, outputs.get(id)]));
}
