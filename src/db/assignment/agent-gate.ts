import type { Tx } from '../record.ts';

/** Any number of our own: with the workspace's hash it names the gate among PostgreSQL's advisory locks. */
export const gateClass = 4711;

/**
 * The gate of a workspace's slots, so that nobody waits beside a free one. Who frees slots, makes agents able to take work or leaves the
 * queue passes it together with others; who decides to wait shuts it, looks again and commits: what is being freed is then seen, and what
 * is freed later sees the waiter. It is locked where agents are in the order of locks, before their rows. Everybody in the workspace has to
 * get through, so where nothing is expected of the second look it goes with the commit (queueUnlessFree).
 */
export async function passGate(tx: Tx): Promise<void> {
  await tx.sql('SELECT pg_advisory_xact_lock_shared($1, hashtext($2))', [gateClass, tx.workspaceId]);
}

export async function shutGate(tx: Tx): Promise<void> {
  await tx.sql('SELECT pg_advisory_xact_lock($1, hashtext($2))', [gateClass, tx.workspaceId]);
}
