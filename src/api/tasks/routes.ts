import * as z from 'zod';
import { cancelTask } from '../../commands/cancel-task.ts';
import { createTask } from '../../commands/create-task.ts';
import { forecastTask, type LaunchDesk } from '../../commands/forecast-task.ts';
import { Forecast } from '../../contracts/forecast.ts';
import { TaskId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { CancelTask, CreateTask, Task } from '../../contracts/task.ts';
import type { Waiting } from '../../contracts/waiting.ts';
import { listPage } from '../../db/list-page.ts';
import type { Tx } from '../../db/record.ts';
import { readPursesOfTasks } from '../../db/budgets/budget-store.ts';
import { positionInQueue } from '../../db/assignment/capacity-waiters.ts';
import { whoIsMissing } from '../../db/assignment/nobody-able.ts';
import { type ListedTask, readTask, readTaskFiles, readTaskParts, taskList } from '../../db/task-reads.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { presentTask } from './present-task.ts';

export const tag = 'tasks';
export const params = z.object({ taskId: TaskId });

export function taskRoutes(door: Door, temporal: TemporalPlace, desk: LaunchDesk): void {
  route(
    door,
    {
      method: 'get',
      path: '/tasks',
      tag,
      summary: 'List tasks',
      description: listNote(taskList),
      query: PageQuery,
      reply: pageOf(Task),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query }) => {
        const page = await listPage<ListedTask>(tx, taskList, query);
        const parts = await readTaskParts(tx, page.items);
        return { ...page, items: page.items.map((row) => presentTask(row, parts, temporal)) };
      },
    },
  );
  route(
    door,
    {
      method: 'post',
      path: '/tasks',
      tag,
      summary: 'Give a goal',
      description: 'Without an agent or required capabilities a Chief of Staff plans it.',
      body: CreateTask,
      reply: Task,
      status: 201,
      errors: ['forbidden', 'unknown_agent', 'unknown_file'],
    },
    {
      location: ({ id }) => `/api/v2/tasks/${id}`,
      handle: async ({ tx, caller, body }) =>
        viewNew(tx, (await createTask(tx, caller, { ...body, desk })).id, temporal),
    },
  );
  forecastRoute(door, desk);
  route(
    door,
    { method: 'get', path: '/tasks/{taskId}', tag, summary: 'Read a task', params, reply: Task },
    { handle: ({ tx, params: { taskId } }) => viewTask(tx, taskId, temporal) },
  );
  cancelRoute(door, temporal);
}

function forecastRoute(door: Door, desk: LaunchDesk): void {
  route(
    door,
    {
      method: 'post',
      path: '/tasks/forecast',
      tag,
      summary: 'What a goal is going to cost, before it is given',
      description:
        'A range in money, tokens and time from goals that were given in the same way, and what it rests on. Without history it says so and names no figures. The same forecast is kept with the task when the goal is given.',
      body: CreateTask,
      reply: Forecast,
      errors: ['forbidden', 'unknown_agent', 'unknown_file'],
    },
    { handle: ({ tx, caller, body }) => forecastTask(tx, caller, { input: body, desk }) },
  );
}

function cancelRoute(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'post',
      path: '/tasks/{taskId}/cancel',
      tag,
      summary: 'Stop a task and everything below it',
      params,
      body: CancelTask,
      bodyOptional: true,
      reply: Task,
      status: 202,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: async ({ tx, caller, params: { taskId }, body: { reason } }) => {
        await cancelTask(tx, caller, { taskId, reason });
        return viewTask(tx, taskId, temporal);
      },
    },
  );
}

export async function taskOf(tx: Tx, taskId: string): Promise<ListedTask> {
  const row = await readTask(tx, taskId);
  if (!row) throw notFound('task', taskId);
  return row;
}

/** Nothing was tried and nothing paid yet: only its files are worth asking for. */
async function viewNew(tx: Tx, taskId: string, temporal: TemporalPlace): Promise<Task> {
  const files = await readTaskFiles(tx, [taskId]);
  const parts = {
    attempts: new Map(),
    files,
    own: new Map(),
    tree: new Map(),
    budgets: await readPursesOfTasks(tx, [taskId]),
    held: new Map(),
    waited: new Map(),
  };
  return presentTask(await taskOf(tx, taskId), parts, temporal);
}

export async function viewTask(tx: Tx, taskId: string, temporal: TemporalPlace): Promise<Task> {
  const row = await taskOf(tx, taskId);
  const task = presentTask(row, await readTaskParts(tx, [row]), temporal);
  return task.waiting ? { ...task, waiting: { ...task.waiting, ...(await queueView(tx, row)) } } : task;
}

/** Where it stands in the queue for an agent, or what is missing when nobody is able. */
async function queueView(
  tx: Tx,
  { waitingNeed, ...row }: ListedTask,
): Promise<Pick<Waiting, 'position' | 'nobodyAble'>> {
  if (row.waitingFor !== 'capacity' || !waitingNeed) return {};
  const position = await positionInQueue(tx, { ...row, waitingNeed });
  const { able, missing, missingTools, suggestedAgent } = await whoIsMissing(tx, waitingNeed);
  return able ? { position } : { position, nobodyAble: { missing, missingTools, suggestedAgent } };
}
