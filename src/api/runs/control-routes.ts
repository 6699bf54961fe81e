import * as z from 'zod';
import { editStep } from '../../commands/edit-step.ts';
import { pauseRun } from '../../commands/pause-run.ts';
import { resumeRun } from '../../commands/resume-run.ts';
import { retryRun } from '../../commands/retry-run.ts';
import type { ToolsOf } from '../../commands/tools-of.ts';
import { EditStep, RetryRun, Run } from '../../contracts/run.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { params, tag, viewRun } from './routes.ts';

const controls = {
  pause: { command: pauseRun, summary: 'Let no further step begin; those at work finish' },
  resume: { command: resumeRun, summary: 'Go on with a paused run' },
};

export function runControlRoutes(door: Door, temporal: TemporalPlace, toolsOf: ToolsOf): void {
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
  retryRoute(door, temporal, toolsOf);
  editRoute(door, temporal, toolsOf);
}

function editRoute(door: Door, temporal: TemporalPlace, toolsOf: ToolsOf): void {
  route(
    door,
    {
      method: 'patch',
      path: '/runs/{runId}/steps/{stepId}',
      tag,
      summary: 'Change what a step is given, before its work begins',
      description:
        'For this run only: the workflow stays as it is. Of a forEach that has begun, an item is named by its key: read[2]. A step that waits (for a time, a person) begins anew with it, and what a person was asked before is expired. With If-Match (the run’s ETag) a lost race is refused.',
      params: params.extend({ stepId: z.string().min(1).max(80) }),
      body: EditStep,
      reply: Run,
      status: 202,
      errors: ['forbidden', 'wrong_state', 'precondition_failed', 'invalid_workflow', 'unknown_agent'],
    },
    {
      etag: ({ version }) => String(version),
      handle: async ({ tx, caller, params: { runId, stepId }, body, ifMatch }) => {
        await editStep(tx, caller, { runId, stepId, changes: body, ifMatch, toolsOf });
        return viewRun(tx, runId, temporal);
      },
    },
  );
}

function retryRoute(door: Door, temporal: TemporalPlace, toolsOf: ToolsOf): void {
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
      errors: ['forbidden', 'wrong_state', 'unknown_agent', 'invalid_workflow'],
    },
    {
      handle: async ({ tx, caller, params: { runId }, body }) => {
        await retryRun(tx, caller, { runId, toolsOf, ...body });
        return viewRun(tx, runId, temporal);
      },
    },
  );
}
