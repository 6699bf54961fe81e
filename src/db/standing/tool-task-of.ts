import { isFinished } from '../../contracts/status.ts';
import type { StepToolCall } from '../../contracts/workflow.ts';
import type { Start } from '../../core/workflow/step-rows.ts';
import { newId } from '../new-id.ts';
import { insertTask, lockTask } from '../task-store.ts';
import { reopenTask } from './retry.ts';
import { type RunContext, titleOf } from './run-context.ts';
import { taskAbove } from './task-above.ts';

/** A tool step becomes a task without an agent, so that policy, claim, approval, cancel and retry are those of every tool call. */
export async function toolTaskOf(
  context: RunContext,
  { start, before }: { start: Start; before: string | null },
): Promise<string> {
  const { tool, arguments: args } = start.with as unknown as Pick<StepToolCall, 'tool' | 'arguments'>;
  const task = before === null ? null : await lockTask(context.tx, before);
  const planned = task?.toolCall?.planned ?? (await isPlanned(context));
  const toolCall: StepToolCall = { tool, arguments: args, planned };
  if (!task || !isFinished(task.status)) return insertToolTask(context, { start, toolCall });
  await reopenTask(context.tx, task, { toolCall });
  return task.id;
}

/** Nobody but a model wrote the step. */
async function isPlanned({ tx, run }: RunContext): Promise<boolean> {
  if (run.taskId === null) return false;
  const [row] = await tx.sql<{ planOrigin: string | null }>('SELECT plan_origin FROM tasks WHERE id = $1', [
    run.taskId,
  ]);
  return row?.planOrigin === 'model';
}

async function insertToolTask(
  { tx, run, definition }: RunContext,
  { start, toolCall }: { start: Start; toolCall: StepToolCall },
): Promise<string> {
  const id = newId('task');
  const rootId = run.rootTaskId ?? id;
  const title = titleOf(definition, start.key);
  const parentId = await taskAbove(tx, run);
  await insertTask(tx, {
    id,
    parentId,
    rootId,
    runId: run.id,
    stepKey: start.key,
    role: 'master_operator',
    title,
    goal: `Call ${toolCall.tool}`,
    status: 'pending',
    priority: run.priority,
    depth: run.depth + 1,
    toolCall,
    actor: run.actor,
  });
  // What came with the goal, for tools that read files.
  if (run.taskId)
    await tx.sql(
      `INSERT INTO task_files (task_id, file_id, position) SELECT $1, tf.file_id, tf.position FROM task_files tf JOIN files f ON f.id = tf.file_id WHERE tf.task_id = $2 AND f.status <> 'failed'`,
      [id, run.taskId],
    );
  const data = { title, parentId, runId: run.id };
  tx.emit({ stream: `task/${id}`, type: 'task.created', data }, { rootTaskId: rootId });
  return id;
}
