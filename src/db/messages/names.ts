/** Names of those who wrote messages and of those whom they are for. */
import type { MessageRow } from '../mappings/message.ts';
import type { Tx } from '../record.ts';

export interface Names {
  from(row: MessageRow): string;
  /** Null where nobody in particular is meant. */
  of(id: string | null): string | null;
}

export async function namesOf(tx: Tx, rows: readonly MessageRow[]): Promise<Names> {
  const ids = [...new Set(rows.flatMap((row) => [row.fromId, row.toId ?? '']))];
  const found = await tx.sql<{ id: string; name: string }>(
    `SELECT id, name FROM agents WHERE id = ANY ($1) AND workspace_id = $2
     UNION ALL SELECT id, name FROM principals WHERE id = ANY ($1) AND workspace_id = $2
     UNION ALL SELECT id, title FROM tasks WHERE id = ANY ($1) AND workspace_id = $2
     UNION ALL SELECT id, name FROM runs WHERE id = ANY ($1) AND workspace_id = $2`,
    [ids, tx.workspaceId],
  );
  const names = new Map(found.map(({ id, name }) => [id, name]));
  return {
    from: (row) => names.get(row.fromId) ?? row.fromKind,
    of: (id) => (id === null ? null : (names.get(id) ?? null)),
  };
}
