/**
 * Facts that outlive a task.
 *
 * 1. Everything is of one workspace; a fact of one subject (the workspace, an agent, a person).
 * 2. The same words are kept once: written again, they become fresher and at least as sure. What a person wrote or confirmed, an agent's
 *    repetition does not make doubtful again, nor does it change how long it is kept.
 * 3. A subject is full at its cap. Then what is over goes first, then the least sure and oldest that an agent wrote; what people wrote is
 *    never dropped for an agent.
 */
import { createHash } from 'node:crypto';
import type { MemoryScope, MemorySource } from '../../contracts/memory.ts';
import { AppError } from '../../errors.ts';
import type { MemoryRow } from '../mappings/memory.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';

/** Facts that a subject may hold. */
export const mostFacts: Record<MemoryScope, number> = { workspace: 100_000, agent: 2_000, person: 2_000 };

export const memoryColumns = `t.id, t.workspace_id, t.scope, t.subject_id, t.text, t.source, t.by_agent, t.confidence, t.untrusted, t.pinned,
  t.expires_at, t.version, t.created_at, t.updated_at`;

export interface NewFact {
  scope: MemoryScope;
  subjectId: string;
  text: string;
  source: MemorySource;
  confidence: number;
  untrusted: boolean;
  pinned: boolean;
  expiresAt: Date | null;
}

/** @throws AppError conflict when there is no room for it */
export async function keepFact(tx: Tx, fact: NewFact): Promise<{ id: string; fresh: boolean }> {
  await tx.sql('SELECT pg_advisory_xact_lock(hashtext($1))', [`memory/${fact.scope}/${fact.subjectId}`]);
  await makeRoom(tx, fact);
  const byAgent = fact.source.kind === 'agent';
  const [row] = await tx.sql<{ id: string; fresh: boolean }>(
    `INSERT INTO memories AS m (id, workspace_id, scope, subject_id, text, search, hash, source, by_agent, confidence, untrusted, pinned, expires_at)
     VALUES ($1, $2, $3, $4, $5, to_tsvector('english', $5), $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (workspace_id, scope, subject_id, hash) DO UPDATE SET
       confidence = greatest(m.confidence, excluded.confidence), untrusted = m.untrusted AND excluded.untrusted,
       pinned = m.pinned OR excluded.pinned, by_agent = m.by_agent AND excluded.by_agent, updated_at = now(), version = m.version + 1,
       expires_at = CASE WHEN m.by_agent OR NOT excluded.by_agent THEN excluded.expires_at ELSE m.expires_at END
     RETURNING id, version = 1 AS fresh`,
    [
      newId('memory'),
      tx.workspaceId,
      fact.scope,
      fact.subjectId,
      fact.text,
      hashOf(fact.text),
      JSON.stringify(fact.source),
      byAgent,
      fact.confidence,
      fact.untrusted,
      fact.pinned,
      fact.expiresAt,
    ],
  );
  if (!row) throw new AppError('internal', 'A fact was not kept.');
  if (row.fresh) await noteWords(tx, fact.text);
  return row;
}

/** Words of letters alone, in one order, so that two who write the same words do not wait for each other in a ring. */
export async function noteWords(tx: Tx, text: string): Promise<void> {
  await tx.sql(
    `INSERT INTO memory_words (workspace_id, word)
     SELECT $1, word FROM unnest(tsvector_to_array(to_tsvector('simple', $2))) AS w (word) WHERE word ~ '^[[:alpha:]]{4,40}$' ORDER BY word
     ON CONFLICT DO NOTHING`,
    [tx.workspaceId, text],
  );
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text.toLowerCase().replace(/\s+/g, ' ').trim()).digest('hex');
}

const subject = 'workspace_id = $1 AND scope = $2 AND subject_id = $3';

async function makeRoom(tx: Tx, { scope, subjectId, source }: NewFact): Promise<void> {
  const most = mostFacts[scope];
  const place = [tx.workspaceId, scope, subjectId];
  const full = async () => {
    const [row] = await tx.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM (SELECT 1 FROM memories WHERE ${subject} LIMIT ${most}) f`,
      place,
    );
    return (row?.n ?? 0) >= most;
  };
  if (!(await full())) return;
  await tx.sql(`DELETE FROM memories WHERE ${subject} AND expires_at <= now()`, place);
  if (!(await full())) return;
  const dropped = await tx.sql(
    `DELETE FROM memories WHERE id = (SELECT id FROM memories WHERE ${subject} AND by_agent
       ORDER BY untrusted DESC, confidence, updated_at, id LIMIT 1) RETURNING id`,
    place,
  );
  if (dropped.length > 0) return;
  const who = source.kind === 'agent' ? 'Forget something first.' : 'Delete facts that are not needed first.';
  throw new AppError('conflict', `The memory is full: it holds ${most} facts. ${who}`);
}

/** Facts that an agent is told in every task, oldest first: the order stays, so that what comes before the task stays the same text. */
export async function pinnedFacts(tx: Tx, who: { agentId: string; personId: string }): Promise<MemoryRow[]> {
  return tx.sql<MemoryRow>(
    `SELECT ${memoryColumns} FROM memories t WHERE t.workspace_id = $1 AND t.pinned AND (t.expires_at IS NULL OR t.expires_at > now())
        AND ((t.scope = 'workspace' AND t.subject_id = $1) OR (t.scope = 'agent' AND t.subject_id = $2) OR (t.scope = 'person' AND t.subject_id = $3))
      ORDER BY t.id LIMIT 50`,
    [tx.workspaceId, who.agentId, who.personId],
  );
}

export async function findFact(tx: Tx, id: string): Promise<MemoryRow | null> {
  const [row] = await tx.sql<MemoryRow>(
    `SELECT ${memoryColumns} FROM memories t WHERE t.id = $1 AND t.workspace_id = $2 FOR UPDATE`,
    [id, tx.workspaceId],
  );
  return row ?? null;
}

export async function dropFact(tx: Tx, id: string): Promise<void> {
  await tx.sql('DELETE FROM memories WHERE id = $1 AND workspace_id = $2', [id, tx.workspaceId]);
}
