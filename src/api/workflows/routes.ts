import * as z from 'zod';
import { archiveWorkflow } from '../../commands/archive-workflow.ts';
import { createWorkflow } from '../../commands/create-workflow.ts';
import { checkSource } from '../../commands/read-definition.ts';
import { type ToolsOf, toolNames } from '../../commands/tools-of.ts';
import { updateWorkflow } from '../../commands/update-workflow.ts';
import { WorkflowId } from '../../contracts/ids.ts';
import { PageQuery, pageOf } from '../../contracts/page.ts';
import { Validation, WorkflowSummary, WorkflowVersion, WorkflowView } from '../../contracts/workflow-view.ts';
import { WorkflowDefinition } from '../../contracts/workflow.ts';
import { listPage } from '../../db/list-page.ts';
import type { WorkflowRow } from '../../db/mappings/workflow.ts';
import type { Tx } from '../../db/record.ts';
import { workflowList } from '../../db/workflow-reads.ts';
import { findVersion, findWorkflow, listVersions } from '../../db/workflow-store.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { listNote } from '../door/list-note.ts';
import { route } from '../door/route.ts';
import { presentSummary, presentVersion, presentWorkflow } from './present-workflow.ts';
import { readSource, yamlBody } from './read-source.ts';

const tag = 'workflows';
const params = z.object({ workflowId: WorkflowId });
const WorkflowQuery = PageQuery.extend({
  includeArchived: z
    .stringbool()
    .default(false)
    .meta({ override: { type: 'boolean' } }),
  includePlans: z
    .stringbool()
    .default(false)
    .meta({ override: { type: 'boolean' } }),
});
const versionQuery = z.strictObject({
  version: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ override: { type: 'integer' }, description: 'Default: the newest' }),
});

export function workflowRoutes(door: Door, toolsOf: ToolsOf): void {
  listRoute(door);
  route(
    door,
    {
      method: 'post',
      path: '/workflows',
      tag,
      summary: 'Save a workflow',
      description: 'The body is the definition, as JSON or YAML. Every problem comes back with its place.',
      body: WorkflowDefinition,
      otherBodies: yamlBody,
      reply: WorkflowView,
      status: 201,
      errors: ['forbidden', 'invalid_workflow'],
    },
    {
      readBody: readSource,
      location: ({ id }) => `/api/v2/workflows/${id}`,
      etag: versionOf,
      handle: async ({ tx, caller, body }) =>
        viewOf(
          tx,
          (await createWorkflow(tx, caller, { source: body, tools: await toolNames(tx, toolsOf) })).id,
        ),
    },
  );
  route(
    door,
    {
      method: 'post',
      path: '/workflows/validate',
      tag,
      summary: 'Check a definition without saving it',
      body: WorkflowDefinition,
      otherBodies: yamlBody,
      reply: Validation,
    },
    {
      readBody: readSource,
      handle: async ({ tx, body }) => {
        const { problems } = await checkSource(tx, { source: body, tools: await toolNames(tx, toolsOf) });
        return { valid: problems.length === 0, problems };
      },
    },
  );
  readRoutes(door);
  changeRoutes(door, toolsOf);
}

function listRoute(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/workflows',
      tag,
      summary: 'List saved workflows',
      description: listNote(workflowList),
      query: WorkflowQuery,
      reply: pageOf(WorkflowSummary),
      errors: ['invalid_filter'],
    },
    {
      handle: async ({ tx, query: { includeArchived, includePlans, ...query } }) => {
        const only = [
          includeArchived ? 'true' : 't.archived_at IS NULL',
          includePlans ? 'true' : 't.task_id IS NULL',
        ];
        const page = await listPage<WorkflowRow>(tx, workflowList, query, {
          sql: only.join(' AND '),
          parameters: [],
        });
        return { ...page, items: page.items.map(presentSummary) };
      },
    },
  );
}

function readRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/workflows/{workflowId}',
      tag,
      summary: 'Read a workflow',
      params,
      query: versionQuery,
      reply: WorkflowView,
    },
    {
      etag: versionOf,
      handle: ({ tx, params: { workflowId }, query }) => viewOf(tx, workflowId, query.version),
    },
  );
  route(
    door,
    {
      method: 'get',
      path: '/workflows/{workflowId}/versions',
      tag,
      summary: 'List a workflow’s versions, the newest first',
      params,
      reply: z.object({ items: z.array(WorkflowVersion) }),
    },
    {
      handle: async ({ tx, params: { workflowId } }) => {
        if (!(await findWorkflow(tx, workflowId))) throw notFound('workflow', workflowId);
        return { items: (await listVersions(tx, workflowId)).map(presentVersion) };
      },
    },
  );
}

function changeRoutes(door: Door, toolsOf: ToolsOf): void {
  route(
    door,
    {
      method: 'patch',
      path: '/workflows/{workflowId}',
      tag,
      summary: 'Save a new version',
      description: 'The body is the whole definition. Runs keep the version with which they began.',
      params,
      body: WorkflowDefinition,
      otherBodies: yamlBody,
      reply: WorkflowView,
      errors: ['forbidden', 'invalid_workflow', 'precondition_failed', 'wrong_state'],
    },
    {
      readBody: readSource,
      etag: versionOf,
      handle: async ({ tx, caller, params: { workflowId }, body, ifMatch }) => {
        await updateWorkflow(tx, caller, {
          workflowId,
          source: body,
          tools: await toolNames(tx, toolsOf),
          ifMatch,
        });
        return viewOf(tx, workflowId);
      },
    },
  );
  route(
    door,
    {
      method: 'delete',
      path: '/workflows/{workflowId}',
      tag,
      summary: 'Archive a workflow',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params: { workflowId } }) => archiveWorkflow(tx, caller, { workflowId }) },
  );
}

const versionOf = ({ version }: WorkflowView) => String(version);

async function viewOf(tx: Tx, workflowId: string, version?: number): Promise<WorkflowView> {
  const row = await findWorkflow(tx, workflowId);
  if (!row) throw notFound('workflow', workflowId);
  const found = await findVersion(tx, workflowId, version ?? row.version);
  if (!found) throw notFound('version', `${workflowId}/${version}`);
  return presentWorkflow(row, found.definition);
}
