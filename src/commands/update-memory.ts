import type { UpdateMemory } from '../contracts/memory.ts';
import type { MemoryRow } from '../db/mappings/memory.ts';
import { findFact, hashOf, noteWords } from '../db/memories/memory-store.ts';
import { sqlState, type Tx } from '../db/record.ts';
import { AppError, notFound } from '../errors.ts';
import { type Caller, requireOperator } from './caller.ts';
import { futureTime } from './create-memory.ts';

export interface MemoryChange {
  id: string;
  changes: UpdateMemory;
  /** The version that the person looked at; null: whatever is there. */
  ifMatch: string | null;
}

/**
 * What a person changes, it vouches for.
 * @throws AppError not_found, precondition_failed, conflict when another fact says the same
 */
export async function updateMemory(
  tx: Tx,
  caller: Caller,
  { id, changes, ifMatch }: MemoryChange,
): Promise<void> {
  requireOperator(caller);
  const row = await ownFact(tx, caller, id);
  if (ifMatch !== null && ifMatch !== String(row.version))
    throw new AppError(
      'precondition_failed',
      `The fact is at version ${row.version} by now. Look at it and try again.`,
    );
  const { text = row.text, confidence = row.confidence, pinned = row.pinned } = changes;
  const expiresAt = changes.expiresAt === undefined ? row.expiresAt : futureTime(changes.expiresAt);
  const vouched = changes.text !== undefined || changes.pinned === true || changes.confirmed === true;
  await tx
    .sql(
      `UPDATE memories SET text = $2, search = to_tsvector('english', $2), hash = $3, confidence = $4, pinned = $5, expires_at = $6,
              untrusted = $7, by_agent = by_agent AND NOT $8, version = version + 1, updated_at = now() WHERE id = $1`,
      [id, text, hashOf(text), confidence, pinned, expiresAt, row.untrusted && !vouched, vouched],
    )
    .catch((error: unknown) => {
      throw sqlState(error) === '23505'
        ? new AppError('conflict', 'Another fact says the same already.')
        : error;
    });
  if (changes.text !== undefined) await noteWords(tx, text);
}

/** What is remembered about a person is that person's and the owners' to see. @throws AppError not_found */
export async function ownFact(tx: Tx, caller: Caller, id: string): Promise<MemoryRow> {
  const row = await findFact(tx, id);
  const hidden = row?.scope === 'person' && row.subjectId !== caller.principalId && caller.role !== 'owner';
  if (!row || hidden) throw notFound('memory', id);
  return row;
}
