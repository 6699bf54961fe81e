import type { SetModel } from '../../contracts/model.ts';
import type { Tx } from '../record.ts';

export interface StoredModelEntry {
  provider: string;
  model: string;
  entry: SetModel;
}

export async function loadModelEntries(tx: Tx): Promise<StoredModelEntry[]> {
  return tx.sql<StoredModelEntry>(
    'SELECT provider, model, entry FROM model_entries WHERE workspace_id = $1 ORDER BY provider, model',
    [tx.workspaceId],
  );
}

export async function storeModelEntry(tx: Tx, { provider, model, entry }: StoredModelEntry): Promise<void> {
  await tx.sql(
    `INSERT INTO model_entries (workspace_id, provider, model, entry, actor) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (workspace_id, provider, model) DO UPDATE SET entry = excluded.entry, actor = excluded.actor, updated_at = now()`,
    [tx.workspaceId, provider, model, JSON.stringify(entry), tx.actor],
  );
}

/** @returns false when there was none */
export async function deleteModelEntry(tx: Tx, provider: string, model: string): Promise<boolean> {
  const rows = await tx.sql(
    'DELETE FROM model_entries WHERE workspace_id = $1 AND provider = $2 AND model = $3 RETURNING model',
    [tx.workspaceId, provider, model],
  );
  return rows.length > 0;
}
