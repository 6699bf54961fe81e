import { dropFact } from '../db/memories/memory-store.ts';
import type { Tx } from '../db/record.ts';
import { type Caller, requireOperator } from './caller.ts';
import { ownFact } from './update-memory.ts';

/** @throws AppError not_found */
export async function deleteMemory(tx: Tx, caller: Caller, { id }: { id: string }): Promise<void> {
  requireOperator(caller);
  await ownFact(tx, caller, id);
  await dropFact(tx, id);
}
