import type { ApprovalStep, WorkflowDefinition } from '../../contracts/workflow.ts';
import type { NextSteps, Start, StepError } from '../../core/workflow/step-rows.ts';
import { onlyWaits } from '../../core/workflow/step-rows.ts';
import { waitingWords } from '../../core/workflow/waits.ts';
import { checkTransition } from '../../core/transition.ts';
import { indexDefinition } from '../../core/workflow/definition-index.ts';
import { deniedBecause } from '../../core/workflow/waits.ts';
import { fourEyesNeed } from '../../core/policy/four-eyes.ts';
import { countDeciders } from '../approvals/approval-rule-store.ts';
import { goalGiver } from '../approvals/goal-giver.ts';
import { insertApproval } from '../approvals/approval-store.ts';
import { allEnded } from '../connection.ts';
import { askForStep } from '../messages/ask-for-step.ts';
import { type LoadedStep, loadOutputs } from '../run-store.ts';
import { agentTaskOf, type StepWork } from './agent-task-of.ts';
import type { NewTask } from './decide-new-tasks.ts';
import type { RunContext } from './run-context.ts';
import { changesOf } from './changes-of.ts';
import { startNestedRun } from './start-nested-run.ts';
import { toolTaskOf } from './tool-task-of.ts';
import { atWork, type Begun, emitStarted, timeOf, writeStarted } from './write-started.ts';

/**
 * Each agent step that starts becomes a task, whose Temporal workflow is a child of the run's; a workflow step a run of its own; wait and
 * approval steps stand as a row. Steps that start together are written side by side, without waiting for each other's answers.
 *
 * @returns the tasks of agent steps that were made for it, not those that were opened again
 */
export async function startSteps(
  context: RunContext,
  { steps, decision }: { steps: LoadedStep[]; decision: NextSteps },
): Promise<NewTask[]> {
  const known = new Map(steps.map((step) => [step.key, step]));
  const outputs = await outputsBefore(context, { steps, decision });
  const works = decision.start.map((start): StepWork => {
    const dependencies = dependenciesOf(context.definition, start, outputs);
    const changes = changesOf(known, start);
    return { start, dependencies, changes, before: known.get(start.key)?.taskId ?? null };
  });
  const begun = await allEnded(
    works.map(async (work) => {
      const one = await begin(context, work);
      checkTransition('step', known.get(work.start.key)?.status ?? 'pending', one.status);
      writeStarted(context, work.start, one);
      return one;
    }),
  );
  for (const [at, { start }] of works.entries()) {
    const { status, taskId, approvalId, childRunId } = begun[at] as Begun;
    const { key, stepId, index, dueAt, waitUntil, remindAt, attempt: attempts } = start;
    const row = {
      key,
      stepId,
      index,
      dueAt,
      waitUntil,
      remindAt,
      status,
      attempts,
      taskId,
      approvalId,
      childRunId,
    };
    const before = known.get(key);
    if (before) Object.assign(before, row);
    else steps.push({ ...row, changes: null });
    emitStarted(context, start, begun[at] as Begun);
  }
  return begun.flatMap(({ made }) => made ?? []);
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
  if (start.kind !== 'workflow') return { ...atWork, ...(await agentTaskOf(context, work)) };
  const nested = await startNestedRun(context, start);
  return 'runId' in nested ? { ...atWork, childRunId: nested.runId } : failedAtOnce(context, nested.error);
}

/** The decision on what follows is taken by the next look, which finds the step as failed. */
function failedAtOnce({ tx, run }: RunContext, error: StepError): Begun {
  tx.wake({ target: `run/${run.id}`, label: run.name, rootTaskId: run.rootTaskId });
  return { ...atWork, status: 'failed', reason: error.message, error };
}

async function beginWaiting(context: RunContext, start: Start): Promise<Begun> {
  if (start.kind === 'wait') await askForStep(context.tx, context.run, start);
  const begun: Begun = { ...atWork, status: 'waiting', reason: waitingWords(start) };
  if (start.kind !== 'approval') return begun;
  const asked = await askForApproval(context, start);
  return 'error' in asked ? failedAtOnce(context, asked.error) : { ...begun, ...asked };
}

/** What nobody could agree to is refused, instead of waiting for ever. */
async function askForApproval(
  { tx, run }: RunContext,
  { key: stepKey, attempt, with: given, waitUntil, remindAt }: Start,
): Promise<{ approvalId: string } | { error: StepError }> {
  const { title, details, fourEyes } = given as unknown as ApprovalStep['with'];
  const giver = run.rootTaskId === null ? null : await goalGiver(tx, run.rootTaskId);
  const startedBy = giver ?? run.actor;
  if (fourEyes && (await countDeciders(tx, startedBy)) < fourEyesNeed)
    return {
      error: deniedBecause(
        'two people besides whoever started it have to agree, and this workspace has too few who may.',
      ),
    };
  const times = { expiresAt: timeOf(waitUntil), remindAt: timeOf(remindAt) };
  const asked = { stepKey, attempt, title, details, fourEyes, startedBy, ...times };
  return { approvalId: await insertApproval(tx, run, asked) };
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
