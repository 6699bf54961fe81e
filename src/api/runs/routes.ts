import * as z from 'zod';
import { cancelRun } from '../../commands/cancel-run.ts';
import { startRun } from '../../commands/start-run.ts';
import { EventEnvelope } from '../../contracts/event.ts';
import { RunId, WorkflowId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { Run, StartRun } from '../../contracts/run.ts';
import { CancelTask } from '../../contracts/task.ts';
import { listPage } from '../../db/list-page.ts';
import type { Tx } from '../../db/record.ts';
import { type ListedRun, readRun, readRunParts, runList } from '../../db/run-reads.ts';
import { readStream } from '../../db/stream-reads.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { SequenceQuery, sequencePage, windowOf } from '../door/sequence-page.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { presentRun } from './present-run.ts';

export const tag = 'runs';
export const params = z.object({ runId: RunId });

export function runRoutes(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'post',
      path: '/workflows/{workflowId}/runs',
      tag,
      summary: 'Run a workflow',
      params: z.object({ workflowId: WorkflowId }),
      body: StartRun,
      bodyOptional: true,
      reply: Run,
      status: 201,
      errors: ['forbidden', 'invalid_workflow'],
    },
    {
      location: ({ id }) => `/api/v2/runs/${id}`,
      handle: async ({ tx, caller, params: { workflowId }, body: { inputs, version } }) => {
        const { id } = await startRun(tx, caller, { workflowId, version, inputs });
        return viewRun(tx, id, temporal);
      },
    },
  );
  readRoutes(door, temporal);
  cancelRoute(door, temporal);
}

function readRoutes(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'get',
      path: '/runs',
      tag,
      summary: 'List runs',
      description: listNote(runList),
      query: PageQuery,
      reply: pageOf(Run),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query }) => {
        const page = await listPage<ListedRun>(tx, runList, query);
        const parts = await readRunParts(tx, page.items);
        return { ...page, items: page.items.map((row) => presentRun(row, parts, temporal)) };
      },
    },
  );
  route(
    door,
    { method: 'get', path: '/runs/{runId}', tag, summary: 'Read a run with its steps', params, reply: Run },
    {
      etag: ({ version }) => String(version),
      handle: ({ tx, params: { runId } }) => viewRun(tx, runId, temporal),
    },
  );
  route(
    door,
    {
      method: 'get',
      path: '/runs/{runId}/events',
      tag,
      summary: 'List the events of a run',
      params,
      query: SequenceQuery,
      reply: pageOf(EventEnvelope),
    },
    {
      handle: async ({ tx, params: { runId }, query }) => {
        await runOf(tx, runId);
        const { events, total } = await readStream(tx, `run/${runId}`, windowOf(query));
        return sequencePage(query, { items: events, total, numberOf: ({ seq }) => seq });
      },
    },
  );
}

function cancelRoute(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'post',
      path: '/runs/{runId}/cancel',
      tag,
      summary: 'Stop a run and its tasks',
      params,
      body: CancelTask,
      bodyOptional: true,
      reply: Run,
      status: 202,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      handle: async ({ tx, caller, params: { runId }, body: { reason } }) => {
        await cancelRun(tx, caller, { runId, reason });
        return viewRun(tx, runId, temporal);
      },
    },
  );
}

export async function runOf(tx: Tx, runId: string): Promise<ListedRun> {
  const row = await readRun(tx, runId);
  if (!row) throw notFound('run', runId);
  return row;
}

export async function viewRun(tx: Tx, runId: string, temporal: TemporalPlace): Promise<Run> {
  const row = await runOf(tx, runId);
  return presentRun(row, await readRunParts(tx, [row]), temporal);
}
