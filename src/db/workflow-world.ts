import type { World } from '../core/workflow/world.ts';
import { countDeciders } from './approvals/approval-rule-store.ts';
import type { Tx } from './record.ts';

/** What a definition may name of this workspace: who works here, and which workflows are saved. */
export async function readWorkflowWorld(tx: Tx, tools: readonly string[]): Promise<World> {
  const agents = await tx.sql<World['agents'][number] & { role: string }>(
    `SELECT id, role, spec->'capabilities' AS capabilities, spec->'tools' AS tools FROM agents WHERE workspace_id = $1 AND archived_at IS NULL`,
    [tx.workspaceId],
  );
  const workflows = await tx.sql<{ id: string; version: number }>(
    'SELECT id, version FROM workflows WHERE workspace_id = $1 AND archived_at IS NULL AND task_id IS NULL',
    [tx.workspaceId],
  );
  return {
    agents,
    tools,
    // Versions count from 1 without a gap.
    workflows: workflows.map(({ id, version }) => ({
      id,
      versions: Array.from({ length: version }, (_, n) => n + 1),
    })),
    deciders: await countDeciders(tx, null),
    hasChiefOfStaff: agents.some(({ role }) => role === 'chief_of_staff'),
  };
}
