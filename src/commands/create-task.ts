import type { CreateTask } from '../contracts/task.ts';
import { priorities } from '../contracts/task.ts';
import { goalLimits, openGoalPurse } from '../db/budgets/budget-store.ts';
import { newId } from '../db/new-id.ts';
import type { Tx } from '../db/record.ts';
import { insertTask } from '../db/task-store.ts';
import { readWorkspace } from '../db/workspace-store.ts';
import { type Caller, requireOperator } from './caller.ts';
import { checkGoal } from './check-goal.ts';
import { forecastFor, type LaunchDesk } from './forecast-task.ts';
import { titleOfText } from '../core/messages/words.ts';

/**
 * A goal from a person. Without an agent or required capabilities it goes to a Chief of Staff, who plans it.
 * @throws AppError unknown_agent, unknown_file, invalid_request with the pointer of each problem
 */
export async function createTask(
  tx: Tx,
  caller: Caller,
  input: CreateTask & { desk?: LaunchDesk },
): Promise<{ id: string }> {
  requireOperator(caller);
  const { desk, deadline } = input;
  const role = await checkGoal(tx, input, desk?.toolsOf);
  const forecast = desk ? await forecastFor(tx, role, { input, desk }) : null;
  const id = newId('task');
  const title = input.title ?? titleOfText(input.goal);
  await insertTask(tx, {
    id,
    rootId: id,
    role,
    title,
    goal: input.goal,
    status: 'pending',
    priority: priorities.indexOf(input.priority),
    depth: 0,
    wantedAgentId: input.agentId ?? null,
    requires: input.requires ?? [],
    tools: input.tools ?? [],
    deadline: deadline === undefined ? null : new Date(deadline),
    planAcceptance: input.planAcceptance ?? (await readWorkspace(tx)).settings.planAcceptance ?? 'auto',
    actor: caller.principalId,
    forecast,
  });
  await openGoalPurse(tx, id, await goalLimits(tx, input.budget));
  if (input.files.length > 0) await insertTaskFiles(tx, id, input.files);
  tx.emit(
    { stream: `task/${id}`, type: 'task.created', data: { title, parentId: null, runId: null } },
    { rootTaskId: id },
  );
  tx.wake({ target: `task/${id}`, label: title, rootTaskId: id });
  return { id };
}

async function insertTaskFiles(tx: Tx, taskId: string, files: string[]): Promise<void> {
  await tx.sql(
    `INSERT INTO task_files (task_id, file_id, position)
     SELECT $1, id, min(n) FROM unnest($2::text[]) WITH ORDINALITY AS f (id, n) GROUP BY id`,
    [taskId, files],
  );
}
