import type { Forecast } from '../contracts/forecast.ts';
import type { CreateTask } from '../contracts/task.ts';
import { priorities } from '../contracts/task.ts';
import { AppError, type Problem } from '../errors.ts';
import { goalLimits, openGoalPurse } from '../db/budgets/budget-store.ts';
import { newId } from '../db/new-id.ts';
import type { Tx } from '../db/record.ts';
import { insertTask } from '../db/task-store.ts';
import { readWorkspace } from '../db/workspace-store.ts';
import { type Caller, requireOperator } from './caller.ts';

/**
 * A goal from a person. Without an agent or required capabilities it goes to a Chief of Staff, who plans it.
 * @throws AppError unknown_agent, unknown_file with the pointer of each
 */
export async function createTask(
  tx: Tx,
  caller: Caller,
  input: CreateTask & { forecast?: Forecast },
): Promise<{ id: string }> {
  requireOperator(caller);
  const role = await roleFor(tx, input);
  if (input.files.length > 0) await checkFiles(tx, input.files);
  const id = newId('task');
  const title = input.title ?? titleOf(input.goal);
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
    deadline: deadlineOf(input),
    planAcceptance: input.planAcceptance ?? (await readWorkspace(tx)).settings.planAcceptance ?? 'auto',
    actor: caller.principalId,
    forecast: input.forecast ?? null,
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

function deadlineOf({ deadline }: CreateTask): Date | null {
  if (deadline === undefined) return null;
  if (Date.parse(deadline) > Date.now()) return new Date(deadline);
  const problems = [
    { pointer: '/deadline', code: 'in_the_past', message: `The deadline ${deadline} is over.` },
  ];
  throw new AppError('invalid_request', 'The task cannot be given like this.', { problems });
}

/** Without an agent or required capabilities it goes to a Chief of Staff. @throws AppError unknown_agent */
export async function roleFor(tx: Tx, input: CreateTask) {
  if (!input.agentId)
    return input.requires?.length ? ('master_operator' as const) : ('chief_of_staff' as const);
  const [agent] = await tx.sql<{ role: 'chief_of_staff' | 'master_operator' }>(
    'SELECT role FROM agents WHERE id = $1 AND workspace_id = $2 AND archived_at IS NULL',
    [input.agentId, tx.workspaceId],
  );
  if (agent) return agent.role;
  throw new AppError('unknown_agent', 'The task names an agent that does not exist.', {
    problems: [
      { pointer: '/agentId', code: 'unknown_agent', message: `There is no agent ${input.agentId}.` },
    ],
  });
}

async function insertTaskFiles(tx: Tx, taskId: string, files: string[]): Promise<void> {
  await tx.sql(
    `INSERT INTO task_files (task_id, file_id, position)
     SELECT $1, id, min(n) FROM unnest($2::text[]) WITH ORDINALITY AS f (id, n) GROUP BY id`,
    [taskId, files],
  );
}

async function checkFiles(tx: Tx, files: string[]): Promise<void> {
  const rows = await tx.sql<{ id: string; status: string; problem: { message: string } | null }>(
    'SELECT id, status, problem FROM files WHERE id = ANY ($1) AND workspace_id = $2',
    [files, tx.workspaceId],
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  const problems = files.flatMap((id, i): Problem[] => {
    const file = known.get(id);
    if (!file) return [{ pointer: `/files/${i}`, code: 'unknown_file', message: `There is no file ${id}.` }];
    if (file.status !== 'failed') return [];
    return [
      {
        pointer: `/files/${i}`,
        code: 'unreadable_file',
        message: file.problem?.message ?? 'This file could not be read.',
      },
    ];
  });
  if (problems.length > 0)
    throw new AppError('unknown_file', 'The task names files that cannot be used.', { problems });
}

/** The first line, cut at a word. */
function titleOf(goal: string): string {
  const line = goal.trim().split('\n')[0]?.trim() ?? goal;
  if (line.length <= 100) return line;
  return `${line.slice(0, 100).replace(/\s+\S*$/, '')}…`;
}
