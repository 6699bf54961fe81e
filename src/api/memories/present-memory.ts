import type { Memory } from '../../contracts/memory.ts';
import type { MemoryRow } from '../../db/mappings/memory.ts';

export function presentMemory(row: MemoryRow): Memory {
  const { id, scope, subjectId, text, source, confidence, untrusted, pinned, version } = row;
  return {
    id,
    scope,
    agentId: scope === 'agent' ? subjectId : null,
    personId: scope === 'person' ? subjectId : null,
    text,
    source,
    confidence,
    untrusted,
    pinned,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
