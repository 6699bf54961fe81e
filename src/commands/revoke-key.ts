import { revokeKey as revoke } from '../db/principal-store.ts';
import type { Tx } from '../db/record.ts';
import { notFound } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

export async function revokeKey(tx: Tx, caller: Caller, { keyId }: { keyId: string }): Promise<void> {
  requireOwner(caller);
  if (!(await revoke(tx, keyId))) throw notFound('key', keyId);
}
