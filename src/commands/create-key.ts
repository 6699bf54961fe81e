import type { CreateKey, Role } from '../contracts/principal.ts';
import type { ApiKeyRow } from '../db/mappings/api-key.ts';
import { insertKey, insertPrincipal } from '../db/principal-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireNotAgent, requireOwner } from './caller.ts';

const rank: Record<Role, number> = { viewer: 0, operator: 1, owner: 2 };

/** A key of its own role belongs to a service; without a role it speaks for the caller. */
export async function createKey(
  tx: Tx,
  caller: Caller,
  { name, role, agentId }: CreateKey,
): Promise<{ row: ApiKeyRow; role: Role; secret: string }> {
  requireOwner(caller);
  requireNotAgent(caller);
  if (role !== undefined && rank[role] > rank[caller.role]) {
    throw new AppError('forbidden', `Your role is ${caller.role}; a key cannot be above it.`);
  }
  if (agentId !== undefined) await requireAgent(tx, agentId);
  const principalId =
    role === undefined ? caller.principalId : (await insertPrincipal(tx, { kind: 'service', name, role })).id;
  return {
    ...(await insertKey(tx, { principalId, name, agentId: agentId ?? null })),
    role: role ?? caller.role,
  };
}

async function requireAgent(tx: Tx, agentId: string): Promise<void> {
  const rows = await tx.sql('SELECT id FROM agents WHERE id = $1 AND workspace_id = $2', [
    agentId,
    tx.workspaceId,
  ]);
  if (rows.length > 0) return;
  const message = `There is no agent ${agentId}.`;
  throw new AppError('invalid_request', message, {
    problems: [{ pointer: '/agentId', code: 'not_found', message }],
  });
}
