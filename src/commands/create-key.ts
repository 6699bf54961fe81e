import type { CreateKey, Role } from '../contracts/principal.ts';
import type { ApiKeyRow } from '../db/mappings/api-key.ts';
import { insertKey, insertPrincipal } from '../db/principal-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

const rank: Record<Role, number> = { viewer: 0, operator: 1, owner: 2 };

/** A key of its own role belongs to a service; without a role it speaks for the caller. */
export async function createKey(
  tx: Tx,
  caller: Caller,
  { name, role }: CreateKey,
): Promise<{ row: ApiKeyRow; role: Role; secret: string }> {
  requireOwner(caller);
  if (role !== undefined && rank[role] > rank[caller.role]) {
    throw new AppError('forbidden', `Your role is ${caller.role}; a key cannot be above it.`);
  }
  const principalId =
    role === undefined ? caller.principalId : (await insertPrincipal(tx, { kind: 'service', name, role })).id;
  return { ...(await insertKey(tx, { principalId, name })), role: role ?? caller.role };
}
