import type { CreateAgentMemory, MemoryScope } from '../contracts/memory.ts';
import { keepFact } from '../db/memories/memory-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';

export interface NewMemory {
  scope: MemoryScope;
  /** Of scope `agent`. */
  agentId?: string;
  fact: CreateAgentMemory;
}

/**
 * A fact that a person writes: for everybody, for one agent, or about themselves.
 * @throws AppError not_found (agent), invalid_request (over already), conflict (full)
 */
export async function createMemory(
  tx: Tx,
  caller: Caller,
  { scope, agentId, fact }: NewMemory,
): Promise<{ id: string }> {
  requireOperator(caller);
  if (agentId !== undefined) await requireAgent(tx, agentId);
  const expiresAt = futureTime(fact.expiresAt);
  const subjectId = { workspace: tx.workspaceId, agent: agentId ?? '', person: caller.principalId }[scope];
  return keepFact(tx, {
    ...fact,
    scope,
    subjectId,
    expiresAt,
    untrusted: false,
    source: { kind: 'person', id: caller.principalId, name: await nameOf(tx, caller), taskId: null },
  });
}

/** @throws AppError invalid_request for a time that is over */
export function futureTime(text: string | null): Date | null {
  if (text === null) return null;
  const time = new Date(text);
  if (time.getTime() > Date.now()) return time;
  const message = 'This time is over already.';
  throw new AppError('invalid_request', message, {
    problems: [{ pointer: '/expiresAt', code: 'in_the_past', message }],
  });
}

async function requireAgent(tx: Tx, id: string): Promise<void> {
  const found = await tx.sql('SELECT 1 FROM agents WHERE id = $1 AND workspace_id = $2', [
    id,
    tx.workspaceId,
  ]);
  if (found.length === 0) throw notFound('agent', id);
}

async function nameOf(tx: Tx, { principalId }: Caller): Promise<string> {
  const [row] = await tx.sql<{ name: string }>('SELECT name FROM principals WHERE id = $1', [principalId]);
  return row?.name ?? 'a person';
}
