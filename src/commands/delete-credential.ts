import { deleteCredential as remove } from '../db/credentials/credential-store.ts';
import type { Tx } from '../db/record.ts';
import { notFound } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

/** Calls that name it are answered that there is none. */
export async function deleteCredential(tx: Tx, caller: Caller, { id }: { id: string }): Promise<void> {
  requireOwner(caller);
  if (!(await remove(tx, id))) throw notFound('credential', id);
}
