import type { Request, Response } from 'express';
import * as z from 'zod';
import type { Authenticated } from '../../commands/authenticate.ts';
import { AppError } from '../../errors.ts';
import type { Call, Door, Operation } from '../door/door.ts';
import { openRoute } from '../door/route.ts';
import { conversationOf, params as conversationParams } from '../conversations/routes.ts';
import { params as runParams, runOf } from '../runs/routes.ts';
import { params as taskParams, taskOf } from '../tasks/routes.ts';

/** Sends a stream of events as SSE; the live feed does it. `after`: the `id` of the event seen last, null from the beginning; the header Last-Event-ID goes first. */
export type StreamEvents = (
  request: Request,
  response: Response,
  wish: { caller: Authenticated; stream: string; after: string | null },
) => Promise<void>;

const query = z.strictObject({
  after: z
    .string()
    .max(100)
    .optional()
    .describe('Where to go on; the header Last-Event-ID does the same and goes first'),
});
const shared = { method: 'get', query, replyType: 'text/event-stream', tag: 'live' } as const;

/** The live feed over SSE: the same envelopes as over Socket.IO, their cursors as ids. */
export function streamRoutes(door: Door, send: StreamEvents | undefined): void {
  const serve = async (call: Call<Operation>, stream: string) => {
    if (!send) throw new AppError('unavailable', 'The live feed is not running here.', { retryAfter: 5 });
    const { caller, request, response } = call;
    // Compression would hold back every event until the end.
    response.set('Cache-Control', 'no-cache, no-transform');
    // Somebody who only asks for the headers must not be left hanging.
    if (request.method === 'HEAD') {
      response.type('text/event-stream').end();
      return;
    }
    const { after } = call.query as z.infer<typeof query>;
    await send(request, response, { caller, stream, after: after ?? null });
  };
  const inScope = (caller: Authenticated) => ({ workspaceId: caller.workspaceId, actor: caller.principalId });

  openRoute(
    door,
    {
      ...shared,
      path: '/tasks/{taskId}/stream',
      summary: 'Follow a task and everything below it',
      params: taskParams,
    },
    async (call) => {
      await door.db.inWorkspace(inScope(call.caller), (tx) => taskOf(tx, call.params.taskId));
      await serve(call as Call<Operation>, `tree/${call.params.taskId}`);
    },
  );
  openRoute(
    door,
    { ...shared, path: '/runs/{runId}/stream', summary: 'Follow a run', params: runParams },
    async (call) => {
      await door.db.inWorkspace(inScope(call.caller), (tx) => runOf(tx, call.params.runId));
      await serve(call as Call<Operation>, `run/${call.params.runId}`);
    },
  );
  openRoute(
    door,
    {
      ...shared,
      path: '/conversations/{conversationId}/stream',
      summary: 'Follow a conversation, its replies while they are written',
      params: conversationParams,
    },
    async (call) => {
      const { conversationId } = call.params;
      await door.db.inWorkspace(inScope(call.caller), (tx) => conversationOf(tx, conversationId));
      await serve(call as Call<Operation>, `conversation/${conversationId}`);
    },
  );
  openRoute(
    door,
    { ...shared, path: '/events', summary: 'Follow everything in the workspace' },
    async (call) => {
      await serve(call as Call<Operation>, 'workspace');
    },
  );
}
