import type { EventEnvelope } from '../contracts/event.ts';
import { type StoredEvent, toEnvelope } from './facts.ts';
import type { Tx } from './record.ts';

/** Events of one stream in order, for lists. */
export async function readStream(
  tx: Tx,
  stream: string,
  { after, limit }: { after: number; limit: number },
): Promise<{ events: EventEnvelope[]; total: number }> {
  const rows = await tx.sql<StoredEvent>(
    `SELECT id, stream, seq, type, at, actor, data, xid, late FROM events
     WHERE workspace_id = $1 AND stream = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
    [tx.workspaceId, stream, after, limit],
  );
  const [head] = await tx.sql<{ lastSeq: number }>(
    'SELECT last_seq FROM streams WHERE name = $1 AND workspace_id = $2',
    [stream, tx.workspaceId],
  );
  return { events: rows.map(toEnvelope), total: head?.lastSeq ?? 0 };
}
