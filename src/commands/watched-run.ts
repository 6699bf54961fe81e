import type { WorkflowDefinition } from '../contracts/workflow.ts';
import { goalLimits, openGoalPurse } from '../db/budgets/budget-store.ts';
import { newId } from '../db/new-id.ts';
import { insertPlan } from '../db/plan-store.ts';
import type { Tx } from '../db/record.ts';
import { insertRun } from '../db/run-store.ts';
import { insertTask, lockTask, updateTask } from '../db/task-store.ts';
import type { Caller } from './caller.ts';

const mediumPriority = 1;

/**
 * The run of a saved workflow with steps that ask for a new plan when they fail (`onError: replan`): it is the plan of a Chief of Staff's
 * task, who watches it, may write a new rest, and gives on what it brings.
 */
export async function startWatchedRun(
  tx: Tx,
  caller: Caller,
  run: {
    workflowId: string;
    version: number;
    definition: WorkflowDefinition;
    inputs: Record<string, unknown>;
  },
): Promise<string> {
  const { workflowId, version, definition } = run;
  const id = newId('task');
  const title = definition.name;
  const role = 'chief_of_staff' as const;
  const goal = definition.description ?? `Carry out “${title}”.`;
  const place = { id, rootId: id, depth: 0, priority: mediumPriority };
  await insertTask(tx, { ...place, role, title, goal, status: 'pending', actor: caller.principalId });
  await openGoalPurse(tx, id, await goalLimits(tx));
  const reason = 'Started by a person.';
  const told = { kind: 'first', status: 'accepted', origin: 'person', reason } as const;
  const plan = { workflowId, workflowVersion: version, changes: null, corrections: null };
  await insertPlan(tx, { taskId: id, n: 1, ...told, ...plan });
  const runId = await insertRun(tx, { ...run, task: place, planN: 1, actor: caller.principalId });
  await updateTask(tx, await lockTask(tx, id), {
    planRunId: runId,
    planOrigin: 'person',
    planReason: reason,
  });
  const data = { title, parentId: null, runId: null };
  tx.emit({ stream: `task/${id}`, type: 'task.created', data }, { rootTaskId: id });
  tx.wake({ target: `task/${id}`, label: title, rootTaskId: id });
  return runId;
}

export function asksForPlans({ steps }: WorkflowDefinition): boolean {
  return steps.some(({ onError }) => onError === 'replan');
}
