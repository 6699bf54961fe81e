import * as z from 'zod';
import { type Caller, requireOperator, requireOwner } from '../../commands/caller.ts';
import { createToolServer } from '../../commands/create-tool-server.ts';
import { deleteToolServer } from '../../commands/delete-tool-server.ts';
import { targetOf } from '../../commands/tool-server-target.ts';
import { updateToolServer } from '../../commands/update-tool-server.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import {
  CreateToolServer,
  RefreshToolServer,
  ToolServer,
  ToolServerId,
  type ToolServerTarget,
  UpdateToolServer,
} from '../../contracts/tool-server.ts';
import { listPage } from '../../db/list-page.ts';
import type { ToolServerRow } from '../../db/mappings/tool-server.ts';
import type { Tx } from '../../db/record.ts';
import {
  findToolServer,
  type Found,
  noteFound,
  noteProblem,
  toolServerList,
  withTools,
} from '../../db/tool-servers/tool-server-store.ts';
import { AppError, notFound, type Problem } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentToolServer } from './present-tool-server.ts';

/** Handed in, since the API talks to no server itself. Never throws for what is wrong with the server. */
export type AskToolServer = (wish: {
  workspaceId: string;
  target: ToolServerTarget;
  document?: unknown;
}) => Promise<(Found & { target: ToolServerTarget }) | { problems: Problem[] }>;

const tag = 'tools';
const params = z.object({ toolServerId: ToolServerId });
const nobody: AskToolServer = async () => ({
  problems: [{ pointer: '', code: 'unavailable', message: 'This process talks to no tool servers.' }],
});

export function toolServerRoutes(door: Door, ask: AskToolServer = nobody): void {
  readRoutes(door);
  addRoute(door, ask);
  refreshRoute(door, ask);
  changeRoutes(door);
}

function readRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/tool-servers',
      tag,
      summary: 'List tool servers',
      description: listNote(toolServerList),
      query: PageQuery,
      reply: pageOf(ToolServer),
      errors: ['forbidden', 'invalid_filter'],
    },
    {
      handle: async ({ tx, caller, query }) => {
        requireOperator(caller);
        const page = await listPage<ToolServerRow>(tx, toolServerList, query);
        return { ...page, items: (await withTools(tx, page.items)).map(presentToolServer) };
      },
    },
  );

  route(
    door,
    {
      method: 'get',
      path: '/tool-servers/{toolServerId}',
      tag,
      summary: 'Get a tool server with its tools',
      params,
      reply: ToolServer,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params: { toolServerId } }) => one(tx, caller, toolServerId) },
  );
}

function addRoute(door: Door, ask: AskToolServer): void {
  route(
    door,
    {
      method: 'post',
      path: '/tool-servers',
      tag,
      summary: 'Add a tool server',
      description:
        'An MCP server (Streamable HTTP, or a command where this installation allows it) or an OpenAPI document. It is asked for its tools at once, which are accepted as they are now; what changes later waits for a yes. Owners only.',
      body: CreateToolServer,
      reply: ToolServer,
      status: 201,
      errors: ['forbidden', 'conflict'],
    },
    {
      location: ({ id }) => `/api/v2/tool-servers/${id}`,
      prepare: async ({ caller, body }) => {
        requireOwner(caller);
        const document = body.kind === 'openapi' ? body.document : undefined;
        const asked = await ask({ workspaceId: caller.workspaceId, target: targetOf(body), document });
        if ('problems' in asked) throw notUsable(asked.problems);
        return asked;
      },
      handle: async ({ tx, caller, body: { name, timeoutSeconds }, prepared }) =>
        one(tx, caller, await createToolServer(tx, caller, { name, timeoutSeconds, ...prepared })),
    },
  );
}

function refreshRoute(door: Door, ask: AskToolServer): void {
  route(
    door,
    {
      method: 'post',
      path: '/tool-servers/{toolServerId}/refresh',
      tag,
      summary: 'Ask a tool server again for its tools',
      description:
        'What is new or different is shown and waits for a yes (PATCH with accept). An uploaded document is sent anew. Owners only.',
      params,
      body: RefreshToolServer,
      bodyOptional: true,
      reply: ToolServer,
      errors: ['forbidden'],
    },
    {
      prepare: async ({ caller, params: { toolServerId: id }, body: { document } }) => {
        requireOwner(caller);
        const server = await door.db.inWorkspace(scopeOf(caller), (tx) => findToolServer(tx, id));
        if (!server) throw notFound('tool server', id);
        checkDocument(server.target, document);
        return ask({ workspaceId: caller.workspaceId, target: server.target, document });
      },
      handle: async ({ tx, caller, params: { toolServerId: id }, prepared: asked }) => {
        if (!(await findToolServer(tx, id, true))) throw notFound('tool server', id);
        if ('problems' in asked) await noteProblem(tx, id, wordsOf(asked.problems));
        else await noteFound(tx, id, asked);
        return one(tx, caller, id);
      },
    },
  );
}

function changeRoutes(door: Door): void {
  route(
    door,
    {
      method: 'patch',
      path: '/tool-servers/{toolServerId}',
      tag,
      summary: 'Accept changed tools, set their risk and their time, switch them on and off',
      params,
      body: UpdateToolServer,
      reply: ToolServer,
      errors: ['forbidden'],
    },
    {
      handle: async ({ tx, caller, params: { toolServerId: id }, body }) => {
        await updateToolServer(tx, caller, { id, wish: body });
        return one(tx, caller, id);
      },
    },
  );

  route(
    door,
    {
      method: 'delete',
      path: '/tool-servers/{toolServerId}',
      tag,
      summary: 'Remove a tool server',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    {
      handle: ({ tx, caller, params: { toolServerId: id } }) => deleteToolServer(tx, caller, { id }),
    },
  );
}

async function one(tx: Tx, caller: Caller, id: string): Promise<ToolServer> {
  requireOperator(caller);
  const server = await findToolServer(tx, id);
  if (!server) throw notFound('tool server', id);
  return presentToolServer(server);
}

function scopeOf({ workspaceId, principalId }: Caller): { workspaceId: string; actor: string } {
  return { workspaceId, actor: principalId };
}

function checkDocument(target: ToolServerTarget, document: unknown): void {
  const uploaded = target.kind === 'openapi' && target.url === null;
  if (uploaded === (document !== undefined)) return;
  const message = uploaded
    ? 'Send the document along.'
    : 'This server is asked itself; a document has no place here.';
  const problems = [{ pointer: '/document', code: uploaded ? 'required' : 'not_allowed', message }];
  throw new AppError('invalid_request', message, { problems });
}

function notUsable(problems: Problem[]): AppError {
  return new AppError('invalid_request', 'The tool server was asked and cannot be used like this.', {
    problems,
  });
}

function wordsOf(problems: Problem[]): string {
  return problems
    .map(({ pointer, message }) => `${pointer}: ${message}`)
    .join('\n')
    .slice(0, 2_000);
}
