import * as z from 'zod';
import { pauseTask } from '../../commands/pause-task.ts';
import { rateTask } from '../../commands/rate-task.ts';
import { resumeTask } from '../../commands/resume-task.ts';
import { retryTask } from '../../commands/retry-task.ts';
import { RateTask } from '../../contracts/assignment.ts';
import { Task } from '../../contracts/task.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { params, tag, viewTask } from './routes.ts';

const controls = {
  pause: { command: pauseTask, summary: 'Let nothing new begin; steps at work finish' },
  resume: { command: resumeTask, summary: 'Go on with a paused task' },
  retry: { command: retryTask, summary: 'Try a failed or cancelled task again; finished work is reused' },
};

export function taskControlRoutes(door: Door, temporal: TemporalPlace): void {
  rateRoute(door, temporal);
  for (const [verb, { command, summary }] of Object.entries(controls)) {
    route(
      door,
      {
        method: 'post',
        path: `/tasks/{taskId}/${verb}`,
        tag,
        summary,
        params,
        body: z.strictObject({}),
        bodyOptional: true,
        reply: Task,
        status: 202,
        errors: ['forbidden', 'wrong_state'],
      },
      {
        handle: async ({ tx, caller, params: { taskId } }) => {
          await command(tx, caller, { taskId });
          return viewTask(tx, taskId, temporal);
        },
      },
    );
  }
}

function rateRoute(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'post',
      path: '/tasks/{taskId}/rating',
      tag,
      summary: 'Say how good the result is',
      description:
        'Of a completed task; may be changed. Poor work counts as a failure when agents are chosen.',
      params,
      body: RateTask,
      reply: Task,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: async ({ tx, caller, params: { taskId }, body }) => {
        await rateTask(tx, caller, { taskId, ...body });
        return viewTask(tx, taskId, temporal);
      },
    },
  );
}
