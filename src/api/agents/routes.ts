import * as z from 'zod';
import { createAgent } from '../../commands/create-agent.ts';
import { restoreAgentRevision } from '../../commands/restore-agent-revision.ts';
import { type Duty, setAgentDuty } from '../../commands/set-agent-duty.ts';
import { updateAgent } from '../../commands/update-agent.ts';
import { AgentRevision } from '../../contracts/agent-revision.ts';
import { Agent, CreateAgent, UpdateAgent } from '../../contracts/agent.ts';
import { AgentMetrics } from '../../contracts/assignment.ts';
import { AgentId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { readMetrics } from '../../db/assignment/agent-experience.ts';
import { agentList, type AgentView, readAgent } from '../../db/agent-reads.ts';
import { listRevisions } from '../../db/agent-store.ts';
import { listPage } from '../../db/list-page.ts';
import type { Tx } from '../../db/record.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentAgent, presentRevision } from './present-agent.ts';

const tag = 'agents';
const params = z.object({ agentId: AgentId });
const AgentQuery = PageQuery.extend({
  includeArchived: z
    .stringbool()
    .default(false)
    .meta({ override: { type: 'boolean' } }),
});

export function agentRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/agents',
      tag,
      summary: 'List agents',
      description: listNote(agentList),
      query: AgentQuery,
      reply: pageOf(Agent),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query: { includeArchived, ...query } }) => {
        const only = { sql: includeArchived ? 'true' : 't.archived_at IS NULL', parameters: [] };
        const page = await listPage<AgentView>(tx, agentList, query, only);
        return { ...page, items: page.items.map(presentAgent) };
      },
    },
  );
  route(
    door,
    {
      method: 'post',
      path: '/agents',
      tag,
      summary: 'Create an agent',
      body: CreateAgent,
      reply: Agent,
      status: 201,
      errors: ['forbidden'],
    },
    {
      location: ({ id }) => `/api/v2/agents/${id}`,
      etag: revisionOf,
      handle: async ({ tx, caller, body }) => viewOf(tx, (await createAgent(tx, caller, body)).id),
    },
  );
  route(
    door,
    { method: 'get', path: '/agents/{agentId}', tag, summary: 'Read an agent', params, reply: Agent },
    { etag: revisionOf, handle: ({ tx, params: { agentId } }) => viewOf(tx, agentId) },
  );
  metricsRoute(door);
  changeRoutes(door);
  revisionRoutes(door);
}

function metricsRoute(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/agents/{agentId}/metrics',
      tag,
      summary: 'How an agent does: load, success, cost and time by capability',
      description: 'What assignment goes by. Experience fades: after two weeks it counts half.',
      params,
      reply: AgentMetrics,
    },
    {
      handle: async ({ tx, params: { agentId } }) => {
        const metrics = await readMetrics(tx, agentId, new Date());
        if (!metrics) throw notFound('agent', agentId);
        return metrics;
      },
    },
  );
}

function changeRoutes(door: Door): void {
  route(
    door,
    {
      method: 'patch',
      path: '/agents/{agentId}',
      tag,
      summary: 'Change an agent',
      description:
        'Makes a new revision. What is not named stays, also of limits and modelPolicy. If-Match with the ETag that was read refuses to overwrite what somebody else changed since.',
      params,
      body: UpdateAgent,
      reply: Agent,
      errors: ['forbidden', 'precondition_failed', 'wrong_state'],
    },
    {
      etag: revisionOf,
      handle: async ({ tx, caller, params: { agentId }, body, ifMatch }) => {
        await updateAgent(tx, caller, { agentId, changes: body, ifMatch });
        return viewOf(tx, agentId);
      },
    },
  );
  route(
    door,
    {
      method: 'delete',
      path: '/agents/{agentId}',
      tag,
      summary: 'Archive an agent',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    {
      handle: ({ tx, caller, params: { agentId } }) => setAgentDuty(tx, caller, { agentId, duty: 'archive' }),
    },
  );
  dutyRoute(door, 'pause', 'Give an agent no new work');
  dutyRoute(door, 'resume', 'Give an agent work again');
}

function dutyRoute(door: Door, duty: Duty, summary: string): void {
  route(
    door,
    {
      method: 'post',
      path: `/agents/{agentId}/${duty}`,
      tag,
      summary,
      params,
      reply: Agent,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      etag: revisionOf,
      handle: async ({ tx, caller, params: { agentId } }) => {
        await setAgentDuty(tx, caller, { agentId, duty });
        return viewOf(tx, agentId);
      },
    },
  );
}

function revisionRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/agents/{agentId}/revisions',
      tag,
      summary: 'List an agent’s revisions, the newest first',
      params,
      reply: z.object({ items: z.array(AgentRevision) }),
    },
    {
      handle: async ({ tx, params: { agentId } }) => {
        await viewOf(tx, agentId);
        return { items: (await listRevisions(tx, agentId)).map(presentRevision) };
      },
    },
  );
  route(
    door,
    {
      method: 'post',
      path: '/agents/{agentId}/revisions/{revision}/restore',
      tag,
      summary: 'Make an older revision the newest',
      params: params.extend({
        revision: z.coerce
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .meta({ override: { type: 'integer' } }),
      }),
      reply: Agent,
      errors: ['forbidden', 'wrong_state'],
    },
    {
      etag: revisionOf,
      handle: async ({ tx, caller, params: { agentId, revision } }) => {
        await restoreAgentRevision(tx, caller, { agentId, revision });
        return viewOf(tx, agentId);
      },
    },
  );
}

const revisionOf = ({ revision }: Agent) => String(revision);

async function viewOf(tx: Tx, agentId: string): Promise<Agent> {
  const row = await readAgent(tx, agentId);
  if (!row) throw notFound('agent', agentId);
  return presentAgent(row);
}
