import { removeToolServer } from '../db/tool-servers/tool-server-store.ts';
import type { Tx } from '../db/record.ts';
import { notFound } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

/** Its tools are gone with it: calls of them are answered that there is no such tool. */
export async function deleteToolServer(tx: Tx, caller: Caller, { id }: { id: string }): Promise<void> {
  requireOwner(caller);
  if (!(await removeToolServer(tx, id))) throw notFound('tool server', id);
}
