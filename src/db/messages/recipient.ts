/** What the record knows about whom a message is for, before it is accepted. */
import type { AgentRole } from '../../contracts/agent.ts';
import type { TaskStatus } from '../../contracts/status.ts';
import type { RecipientFacts } from '../../core/messages/check-message.ts';
import type { Tx } from '../record.ts';

export type Addressed = { kind: 'agent' | 'task'; id: string } | { kind: 'person'; id: string | null };

export type Recipient = RecipientFacts & {
  name: string;
  role?: AgentRole;
  rootId?: string | null;
  /** Of a task: whose it is now. */
  agentId?: string | null;
};

const nobody = { known: false, name: '' };

/**
 * @param lock of a task: it cannot end between this look and the commit. Whoever holds another task's lock goes without, and a message
 *   that comes too late is sent back by the task's own decision.
 */
export async function findRecipient(tx: Tx, to: Addressed, lock: boolean): Promise<Recipient> {
  if (to.kind === 'task') return findTask(tx, to.id, lock);
  if (to.kind === 'agent') return findAgent(tx, to.id);
  if (to.id === null) return { ...to, known: true, name: 'a person' };
  const [row] = await tx.sql<{ name: string }>(
    'SELECT name FROM principals WHERE id = $1 AND workspace_id = $2',
    [to.id, tx.workspaceId],
  );
  return row ? { ...to, known: true, name: row.name } : { ...to, ...nobody };
}

async function findTask(tx: Tx, id: string, lock: boolean): Promise<Recipient> {
  const [row] = await tx.sql<{
    title: string;
    status: TaskStatus;
    rootId: string;
    agentId: string | null;
    cancelRequestedAt: Date | null;
  }>(
    `SELECT title, status, root_id, agent_id, cancel_requested_at FROM tasks WHERE id = $1 AND workspace_id = $2 ${lock ? 'FOR NO KEY UPDATE' : ''}`,
    [id, tx.workspaceId],
  );
  if (!row) return { kind: 'task', id, ...nobody };
  const { title, status, rootId, agentId } = row;
  const cancelRequested = row.cancelRequestedAt !== null;
  return { kind: 'task', id, known: true, name: title, status, rootId, agentId, cancelRequested };
}

async function findAgent(tx: Tx, id: string): Promise<Recipient> {
  const [row] = await tx.sql<{ name: string; role: AgentRole; archivedAt: Date | null }>(
    'SELECT name, role, archived_at FROM agents WHERE id = $1 AND workspace_id = $2',
    [id, tx.workspaceId],
  );
  if (!row) return { kind: 'agent', id, ...nobody };
  return {
    kind: 'agent',
    id,
    known: true,
    name: row.name,
    role: row.role,
    archived: row.archivedAt !== null,
  };
}
