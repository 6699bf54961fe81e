import * as z from 'zod';
import { createMemory } from '../../commands/create-memory.ts';
import { deleteMemory } from '../../commands/delete-memory.ts';
import { ownFact, updateMemory } from '../../commands/update-memory.ts';
import type { Caller } from '../../commands/caller.ts';
import { AgentId, MemoryId } from '../../contracts/ids.ts';
import { CreateAgentMemory, CreateMemory, Memory, UpdateMemory } from '../../contracts/memory.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { readAgent } from '../../db/agent-reads.ts';
import { listPage } from '../../db/list-page.ts';
import type { MemoryRow } from '../../db/mappings/memory.ts';
import { memoryList } from '../../db/memories/memory-list.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentMemory } from './present-memory.ts';

const tag = 'memories';
const params = z.object({ memoryId: MemoryId });
const ofAgent = z.object({ agentId: AgentId });
const location = ({ id }: Memory) => `/api/v2/memories/${id}`;
const etag = ({ version }: Memory) => String(version);

export function memoryRoutes(door: Door): void {
  allRoutes(door);
  agentRoutes(door);
  changeRoutes(door);
}

function allRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/memories',
      tag,
      summary: 'List what is remembered',
      description: `${listNote(memoryList)} What is remembered about another person is shown to owners only.`,
      query: PageQuery,
      reply: pageOf(Memory),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, caller, query }) => {
        const page = await listPage<MemoryRow>(tx, memoryList, query, {
          sql: `($1 OR t.scope <> 'person' OR t.subject_id = $2)`,
          parameters: [caller.role === 'owner', caller.principalId],
        });
        return { ...page, items: page.items.map(presentMemory) };
      },
    },
  );

  route(
    door,
    {
      method: 'post',
      path: '/memories',
      tag,
      summary: 'Write down a fact for everybody, or about yourself',
      body: CreateMemory,
      reply: Memory,
      status: 201,
      errors: ['forbidden', 'conflict'],
    },
    {
      location,
      etag,
      handle: async ({ tx, caller, body: { scope, ...fact } }) =>
        one(tx, caller, (await createMemory(tx, caller, { scope, fact })).id),
    },
  );
}

function agentRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/agents/{agentId}/memories',
      tag,
      summary: 'List what one agent remembers',
      description: listNote(memoryList),
      params: ofAgent,
      query: PageQuery,
      reply: pageOf(Memory),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, params: { agentId }, query }) => {
        if (!(await readAgent(tx, agentId))) throw notFound('agent', agentId);
        const page = await listPage<MemoryRow>(tx, memoryList, query, {
          sql: `t.scope = 'agent' AND t.subject_id = $1`,
          parameters: [agentId],
        });
        return { ...page, items: page.items.map(presentMemory) };
      },
    },
  );

  route(
    door,
    {
      method: 'post',
      path: '/agents/{agentId}/memories',
      tag,
      summary: 'Write down a fact for one agent',
      params: ofAgent,
      body: CreateAgentMemory,
      reply: Memory,
      status: 201,
      errors: ['forbidden', 'conflict'],
    },
    {
      location,
      etag,
      handle: async ({ tx, caller, params: { agentId }, body: fact }) =>
        one(tx, caller, (await createMemory(tx, caller, { scope: 'agent', agentId, fact })).id),
    },
  );
}

function changeRoutes(door: Door): void {
  route(
    door,
    {
      method: 'patch',
      path: '/memories/{memoryId}',
      tag,
      summary: 'Change or confirm a fact',
      params,
      body: UpdateMemory,
      reply: Memory,
      errors: ['forbidden', 'conflict', 'precondition_failed'],
    },
    {
      etag,
      handle: async ({ tx, caller, params: { memoryId }, body, ifMatch }) => {
        await updateMemory(tx, caller, { id: memoryId, changes: body, ifMatch });
        return one(tx, caller, memoryId);
      },
    },
  );

  route(
    door,
    {
      method: 'delete',
      path: '/memories/{memoryId}',
      tag,
      summary: 'Forget a fact',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params: { memoryId } }) => deleteMemory(tx, caller, { id: memoryId }) },
  );
}

async function one(tx: Tx, caller: Caller, id: string): Promise<Memory> {
  return presentMemory(await ownFact(tx, caller, id));
}
