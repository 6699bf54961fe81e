import type { Reconciled } from '../contracts/operations.ts';
import type { Database } from './record.ts';

/**
 * What the installation as a whole remembers: which Temporal namespace it belongs to, and who holds which lease. A lease is a row that
 * its owner renews; the database's clock decides.
 */
export interface TemporalIdentity {
  /** Temporal's own id of the namespace; another server with the same name has another one. */
  namespaceId: string;
  namespace: string;
  address: string;
}

/** Takes or renews a lease. False when somebody else holds it. */
export async function takeLease(
  db: Database,
  { name, owner, ms }: { name: string; owner: string; ms: number },
): Promise<boolean> {
  const rows = await db.acrossWorkspaces<{ key: string }>(
    `INSERT INTO installation AS i (key, value, updated_at)
     VALUES ('lease/' || $1, jsonb_build_object('owner', $2::text, 'until', now() + $3 * interval '1 millisecond'), now())
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
       WHERE i.value->>'owner' = $2 OR (i.value->>'until')::timestamptz < now()
     RETURNING key`,
    [name, owner, ms],
  );
  return rows.length > 0;
}

export async function dropLease(
  db: Database,
  { name, owner }: { name: string; owner: string },
): Promise<void> {
  await db.acrossWorkspaces(`DELETE FROM installation WHERE key = 'lease/' || $1 AND value->>'owner' = $2`, [
    name,
    owner,
  ]);
}

export async function writeReconciled(db: Database, found: Reconciled): Promise<void> {
  await db.acrossWorkspaces(
    `INSERT INTO installation (key, value) VALUES ('reconciled', $1)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [JSON.stringify(found)],
  );
}

export async function readReconciled(db: Database): Promise<Reconciled | null> {
  const [row] = await db.acrossWorkspaces<{ value: Reconciled }>(
    `SELECT value FROM installation WHERE key = 'reconciled'`,
  );
  return row?.value ?? null;
}

export type Belonging = 'first' | 'same' | 'moved' | 'refused';

/**
 * Says which Temporal namespace this database belongs to, in one statement: `first` and `moved` wrote it, `refused` changed nothing
 * because a dispatcher of the other namespace is alive.
 */
export async function belongTo(db: Database, identity: TemporalIdentity): Promise<Belonging> {
  const [row] = await db.acrossWorkspaces<{ belonging: Belonging }>(
    `WITH known AS (SELECT value->>'namespaceId' AS id FROM installation WHERE key = 'temporal'),
       alive AS (SELECT 1 FROM installation WHERE key LIKE 'lease/dispatcher/%' AND (value->>'until')::timestamptz > now()),
       verdict AS (SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM known) THEN 'first' WHEN (SELECT id FROM known) = $1 THEN 'same'
         WHEN EXISTS (SELECT 1 FROM alive) THEN 'refused' ELSE 'moved' END AS belonging),
       written AS (INSERT INTO installation (key, value) SELECT 'temporal', $2::jsonb FROM verdict WHERE belonging <> 'refused'
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now())
     SELECT belonging FROM verdict`,
    [identity.namespaceId, JSON.stringify(identity)],
  );
  return row?.belonging ?? 'first';
}
