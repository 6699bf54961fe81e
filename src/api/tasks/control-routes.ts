import * as z from 'zod';
import { pauseTask } from '../../commands/pause-task.ts';
import { resumeTask } from '../../commands/resume-task.ts';
import { retryTask } from '../../commands/retry-task.ts';
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
