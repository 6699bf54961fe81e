import * as z from 'zod';
import { pauseRun } from '../../commands/pause-run.ts';
import { resumeRun } from '../../commands/resume-run.ts';
import { retryRun } from '../../commands/retry-run.ts';
import { RetryRun, Run } from '../../contracts/run.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { params, tag, viewRun } from './routes.ts';

const controls = {
  pause: { command: pauseRun, summary: 'Let no further step begin; those at work finish' },
  resume: { command: resumeRun, summary: 'Go on with a paused run' },
};

export function runControlRoutes(door: Door, temporal: TemporalPlace): void {
  for (const [verb, { command, summary }] of Object.entries(controls)) {
    route(
      door,
      {
        method: 'post',
        path: `/runs/{runId}/${verb}`,
        tag,
        summary,
        params,
        body: z.strictObject({}),
        bodyOptional: true,
        reply: Run,
        status: 202,
        errors: ['forbidden', 'wrong_state'],
      },
      {
        handle: async ({ tx, caller, params: { runId } }) => {
          await command(tx, caller, { runId });
          return viewRun(tx, runId, temporal);
        },
      },
    );
  }
  retryRoute(door, temporal);
}

function retryRoute(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'post',
      path: '/runs/{runId}/retry',
      tag,
      summary: 'Try a failed or cancelled run again, from a step or what did not complete',
      params,
      body: RetryRun,
      bodyOptional: true,
      reply: Run,
      status: 202,
      errors: ['forbidden', 'wrong_state', 'unknown_agent'],
    },
    {
      handle: async ({ tx, caller, params: { runId }, body }) => {
        await retryRun(tx, caller, { runId, ...body });
        return viewRun(tx, runId, temporal);
      },
    },
  );
}
