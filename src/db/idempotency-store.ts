import type { IdempotencyKeyRow } from './mappings/idempotency-key.ts';
import type { Tx } from './record.ts';

export interface IdempotencyClaim {
  route: string;
  key: string;
  bodyHash: string;
}

/**
 * Claims a key for this transaction. Null: it is ours (new, or older than a day). A row: somebody's finished answer. While
 * another transaction works under the same key this statement waits for its end.
 */
export async function claimKey(
  tx: Tx,
  { route, key, bodyHash }: IdempotencyClaim,
): Promise<IdempotencyKeyRow | null> {
  const claimed = await tx.sql(
    `INSERT INTO idempotency_keys AS k (principal_id, route, key, body_hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT (principal_id, route, key) DO UPDATE
       SET body_hash = excluded.body_hash, status = NULL, body = NULL, location = NULL, created_at = now()
       WHERE k.created_at < now() - interval '24 hours'
     RETURNING key`,
    [tx.actor, route, key, bodyHash],
  );
  if (claimed.length > 0) return null;
  const [row] = await tx.sql<IdempotencyKeyRow>(
    'SELECT * FROM idempotency_keys WHERE principal_id = $1 AND route = $2 AND key = $3',
    [tx.actor, route, key],
  );
  return row ?? null;
}

export async function storeAnswer(
  tx: Tx,
  { route, key }: Pick<IdempotencyClaim, 'route' | 'key'>,
  answer: { status: number; body: unknown; location: string | null },
): Promise<void> {
  await tx.sql(
    'UPDATE idempotency_keys SET status = $4, body = $5, location = $6 WHERE principal_id = $1 AND route = $2 AND key = $3',
    [tx.actor, route, key, answer.status, JSON.stringify(answer.body ?? null), answer.location],
  );
}
