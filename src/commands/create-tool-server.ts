import { insertToolServer, type NewToolServer } from '../db/tool-servers/tool-server-store.ts';
import type { Tx } from '../db/record.ts';
import { AppError } from '../errors.ts';
import { type Caller, requireOwner } from './caller.ts';

/** Keeps a server that was asked for its tools already. @throws AppError conflict when the name is taken */
export async function createToolServer(tx: Tx, caller: Caller, found: NewToolServer): Promise<string> {
  requireOwner(caller);
  const id = await insertToolServer(tx, found);
  if (id === null) throw new AppError('conflict', `There is a tool server "${found.name}" already.`);
  return id;
}
