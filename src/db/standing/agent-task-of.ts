import type { Capability } from '../../contracts/agent.ts';
import { isFinished } from '../../contracts/status.ts';
import type { TaskContext } from '../../contracts/task.ts';
import type { StepBudget, StepMethod } from '../../contracts/workflow.ts';
import type { Start } from '../../core/workflow/step-rows.ts';
import { type Limits, openStepPurse } from '../budgets/budget-store.ts';
import type { TaskRow } from '../mappings/task.ts';
import { newId } from '../new-id.ts';
import type { KeptChanges } from '../run-store.ts';
import { insertTask, lockTask } from '../task-store.ts';
import { reopenTask } from './retry.ts';
import type { NewTask } from './decide-new-tasks.ts';
import { type RunContext, titleOf } from './run-context.ts';
import { taskAbove } from './task-above.ts';
import { headOf } from '../../core/context/clip.ts';

/** The resolved `with` of an agent step. */
interface AgentWith {
  goal: string;
  agentId: string | null;
  requires: { capability: string; level: number }[] | null;
  tools: string[];
  files: unknown[];
  outputSchema: Record<string, unknown> | null;
  method: StepMethod | null;
  budget: StepBudget | null;
}

/** A step that starts, and what it is given beside its `with`. */
export interface StepWork {
  start: Start;
  dependencies: Record<string, unknown>;
  changes: KeptChanges | null;
  /** The task of an earlier attempt at this step. */
  before: string | null;
}

/** A step that is tried again is a new attempt of the same task; while the old one is still ending, it is a new task. */
export async function agentTaskOf(
  context: RunContext,
  { start, dependencies, changes, before }: StepWork,
): Promise<{ taskId: string; made?: NewTask }> {
  // What was changed in `with` is in the definition that the step was decided with.
  const { with: changedInput, correction, ...own } = changes ?? {};
  const given = { ...(start.with as unknown as AgentWith), ...own };
  const task = before === null ? null : await lockTask(context.tx, before);
  if (!task || !isFinished(task.status))
    return insertStepTask(context, { start, given, dependencies, changes });
  const { method, outputSchema, tools } = given;
  await reopenTask(context.tx, task, {
    goal: given.goal,
    wantedAgentId: given.agentId,
    context: { dependencies, ...corrected(correction, task) },
    changes: ofTask(changes),
    ...(changedInput ? { method, outputSchema, tools, requires: needsOf(given) } : {}),
  });
  if (changedInput?.files) {
    await context.tx.sql('DELETE FROM task_files WHERE task_id = $1 AND NOT made', [task.id]);
    insertTaskFiles(context.tx, task.id, filesOf(given));
  }
  return { taskId: task.id };
}

/** Characters of what a step brought before, for whoever does it again. */
const shownBefore = 20_000;

function corrected(note: string | undefined, { result }: TaskRow): TaskContext {
  if (note === undefined) return {};
  return { correction: { note, before: headOf(result?.markdown ?? '', shownBefore) } };
}

/** What the task's agent is told beside its own instructions and policy. */
function ofTask(changes: KeptChanges | null): { instructions?: string; model?: string } | null {
  const { instructions, model } = changes ?? {};
  return instructions || model ? { ...(instructions && { instructions }), ...(model && { model }) } : null;
}

function needsOf({ requires }: AgentWith): Capability[] {
  return (requires ?? []).map((need) => ({ name: need.capability, level: need.level }));
}

function filesOf({ files }: AgentWith): string[] {
  return (files ?? []).flat(2).filter((file): file is string => typeof file === 'string');
}

interface NewStepTask {
  start: Start;
  given: AgentWith;
  dependencies: Record<string, unknown>;
  changes: KeptChanges | null;
}

async function insertStepTask(
  { tx, run, definition }: RunContext,
  { start, given, dependencies, changes }: NewStepTask,
): Promise<{ taskId: string; made: NewTask }> {
  const id = newId('task');
  const files = filesOf(given);
  const title = await taskTitle(tx, { title: titleOf(definition, start.key), start, files });
  const parentId = await taskAbove(tx, run);
  const row = await insertTask(tx, {
    id,
    parentId,
    rootId: run.rootTaskId ?? id,
    runId: run.id,
    stepKey: start.key,
    role: 'master_operator',
    title,
    goal: given.goal,
    status: 'pending',
    priority: run.priority,
    depth: run.depth + 1,
    wantedAgentId: given.agentId,
    deadline: start.dueAt === null ? null : new Date(start.dueAt),
    requires: needsOf(given),
    tools: given.tools,
    method: given.method,
    outputSchema: given.outputSchema,
    context: { dependencies },
    changes: ofTask(changes),
    actor: run.actor,
  });
  if (given.budget) await openStepPurse(tx, id, limitsOf(given.budget));
  insertTaskFiles(tx, id, files);
  tx.emit(
    { stream: `task/${id}`, type: 'task.created', data: { title, parentId, runId: run.id } },
    { rootTaskId: run.rootTaskId ?? id },
  );
  return { taskId: id, made: { row, hasFiles: files.length > 0 } };
}

function limitsOf({ money, tokens }: StepBudget): Limits {
  return { limitMicroUsd: money === null ? null : Math.round(money * 1e6), limitTokens: tokens };
}

/** An item of a forEach over files is told by the file's name, which says more than its number. */
async function taskTitle(
  tx: RunContext['tx'],
  { title, start, files }: { title: string; start: Start; files: string[] },
): Promise<string> {
  if (start.index === null || files.length !== 1) return title;
  const [file] = await tx.sql<{ name: string }>(
    'SELECT name FROM files WHERE id = $1 AND workspace_id = $2',
    [files[0], tx.workspaceId],
  );
  return file ? `${title.replace(/ \(\d+\)$/, '')}: ${file.name}` : title;
}

/** Only files of this workspace; others are as if they were not named. */
function insertTaskFiles(tx: RunContext['tx'], taskId: string, files: string[]): void {
  if (files.length === 0) return;
  tx.write(
    `INSERT INTO task_files (task_id, file_id, position)
     SELECT $1, f.id, min(u.position) FROM unnest($2::text[]) WITH ORDINALITY AS u (id, position) JOIN files f ON f.id = u.id AND f.workspace_id = $3
     GROUP BY f.id ON CONFLICT DO NOTHING`,
    [taskId, files, tx.workspaceId],
  );
}
