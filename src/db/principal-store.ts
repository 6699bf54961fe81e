import { createHash, randomBytes } from 'node:crypto';
import type { ApiKeyRow } from './mappings/api-key.ts';
import type { PrincipalRow } from './mappings/principal.ts';
import { newId } from './new-id.ts';
import type { Database, Tx } from './record.ts';

/**
 * Principals and the three secrets that speak for them: API keys, browser sessions, one-time sign-in links.
 *
 * 1. Only the sha256 of a secret is stored. Secrets are 256 random bits, so a plain hash cannot be searched.
 * 2. Who presents a secret belongs to no workspace yet: the look-ups run over all workspaces, by the unique hash.
 */
export interface Identity {
  principalId: string;
  workspaceId: string;
  name: string;
  role: PrincipalRow['role'];
  /** The key acts for this agent. */
  agentId?: string | null;
}

export const sessionDays = 30;
export const linkMinutes = 60;

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export async function insertPrincipal(
  tx: Tx,
  principal: { kind: PrincipalRow['kind']; name: string; role: PrincipalRow['role'] },
): Promise<PrincipalRow> {
  const [row] = await tx.sql<PrincipalRow>(
    'INSERT INTO principals (id, workspace_id, kind, name, role) VALUES ($1, $2, $3, $4, $5) RETURNING *',
    [newId('principal'), tx.workspaceId, principal.kind, principal.name, principal.role],
  );
  return row as PrincipalRow;
}

export async function findIdentity(tx: Tx, principalId: string): Promise<Identity & { workspace: string }> {
  const [row] = await tx.sql<Identity & { workspace: string }>(
    `SELECT p.id AS principal_id, p.workspace_id, p.name, p.role, w.name AS workspace
     FROM principals p JOIN workspaces w ON w.id = p.workspace_id WHERE p.id = $1 AND p.workspace_id = $2`,
    [principalId, tx.workspaceId],
  );
  return row as Identity & { workspace: string };
}

export async function identityOfKey(db: Database, secret: string): Promise<Identity | null> {
  const [row] = await db.acrossWorkspaces<Identity>(
    `SELECT p.id AS principal_id, p.workspace_id, p.name, p.role, k.agent_id FROM api_keys k
     JOIN principals p ON p.id = k.principal_id WHERE k.hash = $1 AND k.revoked_at IS NULL`,
    [hashOf(secret)],
  );
  return row ?? null;
}

export async function identityOfSession(
  db: Database,
  secret: string,
): Promise<(Identity & { csrf: string }) | null> {
  const [row] = await db.acrossWorkspaces<Identity & { csrf: string }>(
    `SELECT p.id AS principal_id, p.workspace_id, p.name, p.role, s.csrf FROM sessions s
     JOIN principals p ON p.id = s.principal_id WHERE s.hash = $1 AND s.expires_at > now()`,
    [hashOf(secret)],
  );
  return row ?? null;
}

/** Spends the link and opens a session in one statement, so that two who follow it at once get one session. */
export async function openSession(
  db: Database,
  linkSecret: string,
): Promise<{ secret: string; csrf: string; identity: Identity } | null> {
  const secret = newSecret();
  const csrf = newSecret();
  const [identity] = await db.acrossWorkspaces<Identity>(
    `WITH link AS (
       UPDATE sign_in_links SET used_at = now() WHERE hash = $1 AND used_at IS NULL AND expires_at > now()
       RETURNING principal_id, workspace_id
     ), session AS (
       INSERT INTO sessions (hash, workspace_id, principal_id, csrf, expires_at)
       SELECT $2, workspace_id, principal_id, $3, now() + make_interval(days => $4) FROM link
     )
     SELECT p.id AS principal_id, p.workspace_id, p.name, p.role FROM link JOIN principals p ON p.id = link.principal_id`,
    [hashOf(linkSecret), hashOf(secret), csrf, sessionDays],
  );
  return identity ? { secret, csrf, identity } : null;
}

export async function closeSession(db: Database, secret: string): Promise<void> {
  await db.acrossWorkspaces('DELETE FROM sessions WHERE hash = $1', [hashOf(secret)]);
}

/** Returns the secret; it cannot be read again. */
export async function insertSignInLink(tx: Tx, principalId: string, minutes = linkMinutes): Promise<string> {
  const secret = newSecret();
  await tx.sql(
    `INSERT INTO sign_in_links (hash, workspace_id, principal_id, expires_at)
     VALUES ($1, $2, $3, now() + make_interval(mins => $4))`,
    [hashOf(secret), tx.workspaceId, principalId, minutes],
  );
  return secret;
}

export async function insertKey(
  tx: Tx,
  { principalId, name, agentId = null }: { principalId: string; name: string; agentId?: string | null },
): Promise<{ row: ApiKeyRow; secret: string }> {
  const secret = `adj_${newSecret()}`;
  const [row] = await tx.sql<ApiKeyRow>(
    `INSERT INTO api_keys (id, workspace_id, principal_id, name, hash, last4, agent_id) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *`,
    [newId('key'), tx.workspaceId, principalId, name, hashOf(secret), secret.slice(-4), agentId],
  );
  return { row: row as ApiKeyRow, secret };
}

/** Revoking twice is no error; a key of another workspace is not found. */
export async function revokeKey(tx: Tx, keyId: string): Promise<ApiKeyRow | null> {
  const [row] = await tx.sql<ApiKeyRow>(
    `UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 AND workspace_id = $2 RETURNING *`,
    [keyId, tx.workspaceId],
  );
  return row ?? null;
}

export async function purgeExpired(db: Database): Promise<void> {
  await db.acrossWorkspaces('DELETE FROM sessions WHERE expires_at < now()');
  await db.acrossWorkspaces(`DELETE FROM sign_in_links WHERE expires_at < now() - interval '1 day'`);
  await db.acrossWorkspaces(`DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'`);
}
