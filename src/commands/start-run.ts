import { problemsOfJson } from '../contracts/json-schema.ts';
import type { WorkflowDefinition } from '../contracts/workflow.ts';
import { fourEyesNeed } from '../core/policy/four-eyes.ts';
import { countDeciders } from '../db/approvals/approval-rule-store.ts';
import { loadDefinition } from '../db/plan-store.ts';
import type { Tx } from '../db/record.ts';
import { insertRun } from '../db/run-store.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { asksForPlans, startWatchedRun } from './watched-run.ts';

/** @throws AppError not_found; invalid_workflow for a step that nobody could agree to; invalid_request for inputs that break the schema */
export async function startRun(
  tx: Tx,
  caller: Caller,
  input: { workflowId: string; version?: number | undefined; inputs: Record<string, unknown> },
): Promise<{ id: string }> {
  requireOperator(caller);
  const found = await loadDefinition(tx, input.workflowId, input.version);
  if (!found) throw notFound('workflow', input.workflowId);
  checkInputs(found.definition, input.inputs);
  await checkEyes(tx, caller, found.definition);
  const run = { ...found, workflowId: input.workflowId, inputs: input.inputs };
  const id = asksForPlans(found.definition)
    ? await startWatchedRun(tx, caller, run)
    : await insertRun(tx, { ...run, task: null, actor: caller.principalId });
  tx.wake({ target: `run/${id}`, label: found.definition.name });
  return { id };
}

/** A run that comes to a step to which nobody could agree is refused before it costs anything. */
async function checkEyes(
  tx: Tx,
  { principalId }: Caller,
  { steps }: Pick<WorkflowDefinition, 'steps'>,
): Promise<void> {
  const places = steps.flatMap((step, i) =>
    step.kind === 'approval' && step.with.fourEyes && step.if === null ? [i] : [],
  );
  if (places.length === 0 || (await countDeciders(tx, principalId)) >= fourEyesNeed) return;
  const message = 'Two people besides you have to agree, and this workspace has too few who may.';
  throw new AppError('invalid_workflow', message, {
    problems: places.map((i) => ({
      pointer: `/steps/${i}/with/fourEyes`,
      code: 'too_few_people',
      message,
    })),
  });
}

function checkInputs(definition: WorkflowDefinition, inputs: Record<string, unknown>): void {
  if (!definition.inputs) return;
  const problems = problemsOfJson(definition.inputs, inputs).map((problem) => ({
    ...problem,
    pointer: `/inputs${problem.pointer}`,
  }));
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The inputs do not fit the workflow.', { problems });
}
