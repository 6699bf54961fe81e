import type { AssignmentWeights } from '../contracts/assignment.ts';
import type { PlanAcceptance } from '../contracts/plan.ts';
import type { WebSearchBy } from '../contracts/web-search.ts';
import type { BudgetSettings } from './budgets/budget-store.ts';
import type { WorkspaceRow } from './mappings/workspace.ts';
import type { Tx } from './record.ts';

export interface WorkspaceSettings {
  assignmentWeights?: AssignmentWeights;
  planAcceptance?: PlanAcceptance;
  maxHops?: number;
  budgets?: BudgetSettings;
  webSearch?: WebSearchBy;
}

type StoredWorkspace = Omit<WorkspaceRow, 'settings'> & { settings: WorkspaceSettings };

export async function readWorkspace(tx: Tx): Promise<StoredWorkspace> {
  return workspaceRow(tx, 'SELECT * FROM workspaces WHERE id = $1');
}

export async function lockWorkspace(tx: Tx): Promise<StoredWorkspace> {
  return workspaceRow(tx, 'SELECT * FROM workspaces WHERE id = $1 FOR NO KEY UPDATE');
}

export async function readWebSearch(tx: Tx): Promise<WebSearchBy> {
  const [row] = await tx.sql<{ by: WebSearchBy | null }>(
    `SELECT settings->'webSearch' AS by FROM workspaces WHERE id = $1`,
    [tx.workspaceId],
  );
  return row?.by ?? 'auto';
}

/** A setting of null is taken away: what holds for everybody holds again. */
export async function writeWorkspace(
  tx: Tx,
  { name, settings }: { name: string | undefined; settings: Record<string, unknown> },
): Promise<void> {
  await tx.sql(
    `UPDATE workspaces SET name = coalesce($2, name), settings = (settings || $3::jsonb) -
            ARRAY(SELECT key FROM jsonb_each($3::jsonb) WHERE value = 'null') WHERE id = $1`,
    [tx.workspaceId, name ?? null, JSON.stringify(settings)],
  );
}

async function workspaceRow(tx: Tx, text: string): Promise<StoredWorkspace> {
  const [row] = await tx.sql<StoredWorkspace>(text, [tx.workspaceId]);
  if (!row) throw new Error('The workspace of a caller is not there.');
  return row;
}
