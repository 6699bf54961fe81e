import { createHash } from 'node:crypto';
import { updateWorkspace } from '../../commands/update-workspace.ts';
import { defaultWeights } from '../../contracts/assignment.ts';
import { defaultMaxHops, UpdateWorkspace, Workspace } from '../../contracts/workspace.ts';
import { goalBudgetOf } from '../../db/budgets/budget-store.ts';
import { readWorkspace } from '../../db/workspace-store.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';

const tag = 'workspace';

export function workspaceRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/workspace',
      tag,
      summary: 'Read the workspace and its settings',
      reply: Workspace,
    },
    { etag: tagOf, handle: async ({ tx }) => present(await readWorkspace(tx)) },
  );
  route(
    door,
    {
      method: 'patch',
      path: '/workspace',
      tag,
      summary: 'Change the workspace’s settings',
      description: 'Owners only. If-Match with the ETag that was read refuses to overwrite a change.',
      body: UpdateWorkspace,
      reply: Workspace,
      errors: ['forbidden', 'precondition_failed'],
    },
    {
      etag: tagOf,
      handle: async ({ tx, caller, body, ifMatch }) => {
        await updateWorkspace(tx, caller, { changes: body, ifMatch, tagOf: (row) => tagOf(present(row)) });
        return present(await readWorkspace(tx));
      },
    },
  );
}

function present({ id, name, settings, createdAt }: Awaited<ReturnType<typeof readWorkspace>>): Workspace {
  const assignmentWeights = { ...defaultWeights, ...settings.assignmentWeights };
  const planAcceptance = settings.planAcceptance ?? 'auto';
  const maxHops = settings.maxHops ?? defaultMaxHops;
  const goalBudget = goalBudgetOf(settings.budgets);
  const webSearch = settings.webSearch ?? 'auto';
  return {
    ...{ id, name, assignmentWeights, planAcceptance, maxHops, goalBudget, webSearch },
    createdAt: createdAt.toISOString(),
  };
}

function tagOf(workspace: Workspace): string {
  return createHash('sha256').update(JSON.stringify(workspace)).digest('base64url').slice(0, 16);
}
