import type { Tx } from '../record.ts';

/** Who gave the goal at the root of a tree: none of the two who agree with four eyes. */
export async function goalGiver(tx: Tx, rootTaskId: string): Promise<string | null> {
  const [root] = await tx.sql<{ actor: string }>(
    'SELECT actor FROM tasks WHERE id = $1 AND workspace_id = $2',
    [rootTaskId, tx.workspaceId],
  );
  return root?.actor ?? null;
}
