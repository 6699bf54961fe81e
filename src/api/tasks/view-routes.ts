import * as z from 'zod';
import { AssignmentView } from '../../contracts/assignment.ts';
import { EventEnvelope } from '../../contracts/event.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { LedgerEntryView, TranscriptEntryView } from '../../contracts/task-views.ts';
import { TaskTree } from '../../contracts/task.ts';
import { belowTask, ledgerList } from '../../db/ledger-reads.ts';
import { listPage } from '../../db/list-page.ts';
import type { LedgerEntryRow } from '../../db/mappings/ledger-entry.ts';
import { readTranscript } from '../../db/model-call-reads.ts';
import { readStream } from '../../db/stream-reads.ts';
import { readAttempts } from '../../db/task-reads.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { SequenceQuery, sequencePage, windowOf } from '../door/sequence-page.ts';
import type { TemporalPlace } from '../temporal-link.ts';
import { presentLedgerEntry } from '../usage/present-ledger.ts';
import { params, tag, taskOf } from './routes.ts';
import { viewTree } from './view-tree.ts';

/** The ways to look at one task. */
export function taskViewRoutes(door: Door, temporal: TemporalPlace): void {
  route(
    door,
    {
      method: 'get',
      path: '/tasks/{taskId}/tree',
      tag,
      summary: 'Read a task, its run and everything below it',
      params,
      reply: TaskTree,
    },
    { handle: async ({ tx, params: { taskId } }) => viewTree(tx, await taskOf(tx, taskId), temporal) },
  );
  route(
    door,
    {
      method: 'get',
      path: '/tasks/{taskId}/events',
      tag,
      summary: 'List the events of a task',
      params,
      query: SequenceQuery,
      reply: pageOf(EventEnvelope),
    },
    {
      handle: async ({ tx, params: { taskId }, query }) => {
        await taskOf(tx, taskId);
        const { events, total } = await readStream(tx, `task/${taskId}`, windowOf(query));
        return sequencePage(query, { items: events, total, numberOf: ({ seq }) => seq });
      },
    },
  );
  route(
    door,
    {
      method: 'get',
      path: '/tasks/{taskId}/ledger',
      tag,
      summary: 'List what a task and everything below it cost, call by call',
      params,
      description: listNote(ledgerList),
      query: PageQuery,
      reply: pageOf(LedgerEntryView),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, params: { taskId }, query }) => {
        await taskOf(tx, taskId);
        const page = await listPage<LedgerEntryRow>(tx, ledgerList, query, {
          sql: belowTask,
          parameters: [taskId],
        });
        return { ...page, items: page.items.map(presentLedgerEntry) };
      },
    },
  );
  innerRoutes(door);
}

function innerRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/tasks/{taskId}/assignment',
      tag,
      summary: 'Why these agents: one record per attempt, the newest first',
      params,
      reply: z.object({ items: z.array(AssignmentView) }),
    },
    {
      handle: async ({ tx, params: { taskId } }) => {
        await taskOf(tx, taskId);
        const attempts = await readAttempts(tx, [taskId]);
        return { items: attempts.map(({ n, assignment }) => ({ ...assignment, attempt: n })).reverse() };
      },
    },
  );
  transcriptRoute(door);
}

function transcriptRoute(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/tasks/{taskId}/transcript',
      tag,
      summary: 'Read what the agents and the models said to each other',
      params,
      query: SequenceQuery,
      reply: pageOf(TranscriptEntryView),
    },
    {
      handle: async ({ tx, params: { taskId }, query }) => {
        await taskOf(tx, taskId);
        const { rows, total } = await readTranscript(tx, taskId, windowOf(query));
        const items = rows.map(({ seq, attempt, turn, role, content, createdAt }) => {
          return { seq, attempt, turn, role, content, createdAt: createdAt.toISOString() };
        });
        return sequencePage(query, { items, total, numberOf: ({ seq }) => seq });
      },
    },
  );
}
