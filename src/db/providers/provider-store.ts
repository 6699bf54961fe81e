/**
 * Keys of model providers, per workspace. A key is in memory only between the door and its provider: at rest it is sealed, and nothing
 * else of it than its last four is ever read for showing.
 */
import type { ProviderName, SetProvider } from '../../contracts/provider.ts';
import type { ProviderKeyRow } from '../mappings/provider-key.ts';
import type { Tx } from '../record.ts';
import type { Sealer } from '../seal.ts';

/** A provider as a workspace has stored it, ready for use. */
export interface StoredProvider {
  provider: ProviderName;
  apiKey: string | null;
  baseUrl: string | null;
  model: string | null;
  fit: string[] | null;
}

export async function listProviderKeys(tx: Tx): Promise<ProviderKeyRow[]> {
  return tx.sql<ProviderKeyRow>('SELECT * FROM provider_keys WHERE workspace_id = $1 ORDER BY provider', [
    tx.workspaceId,
  ]);
}

/** Those whose key can be read; the others count as not there. */
export async function loadProviders(tx: Tx, sealer: Sealer): Promise<StoredProvider[]> {
  const rows = await listProviderKeys(tx);
  return rows.flatMap((row) => {
    const apiKey = openKey(row, sealer);
    if (apiKey === undefined) return [];
    const { baseUrl, model, fit } = row;
    return [{ provider: row.provider as ProviderName, apiKey, baseUrl, model, fit }];
  });
}

/** Null: it has none; undefined: it cannot be read here. */
export function openKey(
  { workspaceId, provider, sealed, keyId }: ProviderKeyRow,
  sealer: Sealer,
): string | null | undefined {
  if (sealed === null || keyId === null) return null;
  return sealer.open({ sealed, keyId }, placeOf(workspaceId, provider)) ?? undefined;
}

export async function storeProvider(
  tx: Tx,
  name: ProviderName,
  wish: SetProvider,
  sealer: Sealer,
): Promise<void> {
  const { apiKey, baseUrl = null, model = null, fit } = wish;
  const sealed = apiKey === undefined ? null : sealer.seal(apiKey, placeOf(tx.workspaceId, name));
  await tx.sql(
    `INSERT INTO provider_keys (workspace_id, provider, sealed, key_id, last4, base_url, model, fit, actor)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (workspace_id, provider) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id, last4 = excluded.last4,
       base_url = excluded.base_url, model = excluded.model, fit = excluded.fit, actor = excluded.actor, updated_at = now()`,
    [
      tx.workspaceId,
      name,
      sealed?.sealed ?? null,
      sealed?.keyId ?? null,
      apiKey === undefined ? null : last4Of(apiKey),
      baseUrl,
      model,
      fit ? JSON.stringify(fit) : null,
      tx.actor,
    ],
  );
}

/** @returns false when there was none */
export async function deleteProvider(tx: Tx, name: ProviderName): Promise<boolean> {
  const rows = await tx.sql(
    'DELETE FROM provider_keys WHERE workspace_id = $1 AND provider = $2 RETURNING provider',
    [tx.workspaceId, name],
  );
  return rows.length > 0;
}

/**
 * Called before anything else is written or read: who decides to wait for a model holds this row until it has committed, so that either
 * it sees the new revision, or we see it waiting.
 */
export async function raiseProvidersRevision(tx: Tx): Promise<void> {
  await tx.sql('UPDATE workspaces SET providers_revision = providers_revision + 1 WHERE id = $1', [
    tx.workspaceId,
  ]);
}

/** The revision, and nobody changes it before this transaction ends. */
export async function holdProvidersRevision(tx: Tx): Promise<number> {
  const [row] = await tx.sql<{ revision: number }>(
    'SELECT providers_revision AS revision FROM workspaces WHERE id = $1 FOR SHARE',
    [tx.workspaceId],
  );
  return row?.revision ?? 0;
}

/** A short key would be shown whole by its last four. */
export function last4Of(key: string): string {
  return key.length >= 12 ? key.slice(-4) : '••••';
}

function placeOf(workspaceId: string, provider: string): string {
  return `${workspaceId}/${provider}`;
}
