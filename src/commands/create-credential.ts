import type { CreateCredential } from '../contracts/credential.ts';
import { insertCredential } from '../db/credentials/credential-store.ts';
import type { CredentialRow } from '../db/mappings/credential.ts';
import type { Tx } from '../db/record.ts';
import type { Sealer } from '../db/seal.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

/** @throws AppError conflict when the name is taken */
export async function createCredential(
  tx: Tx,
  caller: Caller,
  { wish, sealer }: { wish: CreateCredential; sealer: Sealer },
): Promise<CredentialRow> {
  requireOwner(caller);
  const row = await insertCredential(tx, wish, sealer);
  if (!row) throw new AppError('conflict', `There is a credential "${wish.name}" already: change that one.`);
  return row;
}
