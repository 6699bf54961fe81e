import { problemsOfJson } from '../../contracts/json-schema.ts';
import { type WorkflowDefinition, workflowLimits } from '../../contracts/workflow.ts';
import type { Start, StepError } from '../../core/workflow/step-rows.ts';
import type { Problem } from '../../errors.ts';
import { loadDefinition } from '../plan-store.ts';
import type { Tx } from '../record.ts';
import { insertRun } from '../run-store.ts';
import type { RunContext } from './run-context.ts';

/** The resolved `with` of a workflow step. */
interface WorkflowWith {
  workflowId: string;
  version: number | null;
  inputs: Record<string, unknown>;
}

/**
 * A step of kind `workflow` becomes a run of its own, whose Temporal workflow is a child of this run's. Everything is checked again
 * here: the other workflow may have changed since this one was saved, and inputs are known only now.
 */
export async function startNestedRun(
  { tx, run }: RunContext,
  start: Start,
): Promise<{ runId: string } | { error: StepError }> {
  const { workflowId, version, inputs } = start.with as unknown as WorkflowWith;
  const nesting = run.nesting + 1;
  if (nesting > workflowLimits.nesting) {
    return refuse('guard_tripped', `Workflows run each other at most ${workflowLimits.nesting} deep.`);
  }
  if ((await countNested(tx, run.id)) >= workflowLimits.nestedRuns) {
    const most = workflowLimits.nestedRuns.toLocaleString('en-US');
    return refuse('guard_tripped', `Below one run there are at most ${most} others, however deep.`);
  }
  const found = await loadDefinition(tx, workflowId, version ?? undefined);
  if (!found) {
    const which = version === null ? '' : ` in version ${version}`;
    return refuse('not_found', `There is no workflow ${workflowId}${which}.`);
  }
  const error = faultOf(found.definition, inputs);
  if (error) return { error };
  const parent = { runId: run.id, stepKey: start.key, nesting };
  const { rootTaskId, priority, depth, actor } = run;
  const place = { parent, rootTaskId, priority, depth };
  const { definition } = found;
  const runId = await insertRun(tx, {
    workflowId,
    version: found.version,
    definition,
    inputs,
    task: null,
    nested: place,
    actor,
  });
  return { runId };
}

/** Below the run at the top of this one: as many as there are, or the limit. */
async function countNested(tx: Tx, runId: string): Promise<number> {
  const [row] = await tx.sql<{ count: number }>(
    `WITH RECURSIVE above AS (
       SELECT id, parent_run_id FROM runs WHERE id = $1
       UNION ALL SELECT r.id, r.parent_run_id FROM above a JOIN runs r ON r.id = a.parent_run_id
     ), below AS (
       SELECT id FROM above WHERE parent_run_id IS NULL
       UNION ALL SELECT r.id FROM below b JOIN runs r ON r.parent_run_id = b.id
     ) SELECT count(*)::int - 1 AS count FROM (SELECT 1 FROM below LIMIT $2) b`,
    [runId, workflowLimits.nestedRuns + 1],
  );
  return row?.count ?? 0;
}

function faultOf(definition: WorkflowDefinition, inputs: Record<string, unknown>): StepError | null {
  const problems = definition.inputs ? problemsOfJson(definition.inputs, inputs) : [];
  return problems.length === 0
    ? null
    : refuse('invalid_request', listed('The inputs do not fit the workflow', problems)).error;
}

function listed(what: string, problems: Problem[]): string {
  return `${what}: ${problems.map(({ pointer, message }) => `${pointer} ${message}`).join('; ')}`.slice(
    0,
    1000,
  );
}

function refuse(code: string, message: string): { error: StepError } {
  return { error: { code, message, retryable: false } };
}
