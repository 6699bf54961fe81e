/** Named secrets of a workspace. At rest they are sealed, and nothing else of them than their last four is ever read for showing. */
import type { CreateCredential, UpdateCredential } from '../../contracts/credential.ts';
import type { ListFields } from '../list-page.ts';
import type { CredentialRow } from '../mappings/credential.ts';
import { newId } from '../new-id.ts';
import { last4Of } from '../providers/provider-store.ts';
import type { Tx } from '../record.ts';
import type { Sealer } from '../seal.ts';

export const credentialList = {
  from: 'credentials t',
  columns: 't.*',
  fields: {
    name: { sql: 't.name', type: 'text' },
    createdAt: { sql: 't.created_at', type: 'time' },
  },
} satisfies ListFields;

/** Null when there is one of this name. */
export async function insertCredential(
  tx: Tx,
  { name, secret, hosts, placement }: CreateCredential,
  sealer: Sealer,
): Promise<CredentialRow | null> {
  const id = newId('credential');
  const { sealed, keyId } = sealer.seal(secret, placeOf(tx.workspaceId, id));
  const [row] = await tx.sql<CredentialRow>(
    `INSERT INTO credentials (id, workspace_id, name, placement, hosts, sealed, key_id, last4, actor)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (workspace_id, name) DO NOTHING RETURNING *`,
    [
      id,
      tx.workspaceId,
      name,
      JSON.stringify(placement),
      JSON.stringify(hosts),
      sealed,
      keyId,
      last4Of(secret),
      tx.actor,
    ],
  );
  return row ?? null;
}

export async function findCredential(tx: Tx, id: string): Promise<CredentialRow | null> {
  const [row] = await tx.sql<CredentialRow>('SELECT * FROM credentials WHERE id = $1 AND workspace_id = $2', [
    id,
    tx.workspaceId,
  ]);
  return row ?? null;
}

export async function findCredentialByName(tx: Tx, name: string): Promise<CredentialRow | null> {
  const [row] = await tx.sql<CredentialRow>(
    'SELECT * FROM credentials WHERE name = $1 AND workspace_id = $2',
    [name, tx.workspaceId],
  );
  return row ?? null;
}

/** Which of these there are. */
export async function credentialsNamed(tx: Tx, names: readonly string[]): Promise<string[]> {
  const rows = await tx.sql<{ name: string }>(
    'SELECT name FROM credentials WHERE name = ANY ($1) AND workspace_id = $2',
    [names, tx.workspaceId],
  );
  return rows.map(({ name }) => name);
}

/** What is not named stays. Null when there is none. */
export async function changeCredential(
  tx: Tx,
  id: string,
  { wish: { secret, hosts, placement }, sealer }: { wish: UpdateCredential; sealer: Sealer },
): Promise<CredentialRow | null> {
  const sealed = secret === undefined ? null : sealer.seal(secret, placeOf(tx.workspaceId, id));
  const [row] = await tx.sql<CredentialRow>(
    `UPDATE credentials SET sealed = coalesce($3, sealed), key_id = coalesce($4, key_id), last4 = coalesce($5, last4),
            hosts = coalesce($6, hosts), placement = coalesce($7, placement), actor = $8, version = version + 1, updated_at = now()
      WHERE id = $1 AND workspace_id = $2 RETURNING *`,
    [
      id,
      tx.workspaceId,
      sealed?.sealed ?? null,
      sealed?.keyId ?? null,
      secret === undefined ? null : last4Of(secret),
      hosts ? JSON.stringify(hosts) : null,
      placement ? JSON.stringify(placement) : null,
      tx.actor,
    ],
  );
  return row ?? null;
}

/** @returns false when there was none */
export async function deleteCredential(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.sql('DELETE FROM credentials WHERE id = $1 AND workspace_id = $2 RETURNING id', [
    id,
    tx.workspaceId,
  ]);
  return rows.length > 0;
}

/** Null when it cannot be read with this installation's secret. */
export function openSecret({ id, workspaceId, sealed, keyId }: CredentialRow, sealer: Sealer): string | null {
  return sealer.open({ sealed, keyId }, placeOf(workspaceId, id));
}

function placeOf(workspaceId: string, id: string): string {
  return `${workspaceId}/credential/${id}`;
}
