import type { UpdateCredential } from '../contracts/credential.ts';
import { changeCredential } from '../db/credentials/credential-store.ts';
import type { CredentialRow } from '../db/mappings/credential.ts';
import type { Tx } from '../db/record.ts';
import type { Sealer } from '../db/seal.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

/**
 * A secret goes nowhere but where it was entered for: who names other hosts, or another place in the request, enters it again. Else
 * whoever may edit could send it to a host of their own and read it there.
 */
export async function updateCredential(
  tx: Tx,
  caller: Caller,
  { id, wish, sealer }: { id: string; wish: UpdateCredential; sealer: Sealer },
): Promise<CredentialRow> {
  requireOwner(caller);
  if ((wish.hosts !== undefined || wish.placement !== undefined) && wish.secret === undefined) {
    const message = 'Enter the secret again to change where it goes.';
    throw new AppError('invalid_request', message, {
      problems: [{ pointer: '/secret', code: 'required', message }],
    });
  }
  const row = await changeCredential(tx, id, { wish, sealer });
  if (!row) throw notFound('credential', id);
  return row;
}
