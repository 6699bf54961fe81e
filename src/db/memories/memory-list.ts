import { MemoryScope } from '../../contracts/memory.ts';
import type { ListFields } from '../list-page.ts';
import { memoryColumns } from './memory-store.ts';

export const memoryList = {
  from: 'memories t',
  columns: memoryColumns,
  where: '(t.expires_at IS NULL OR t.expires_at > now())',
  fields: {
    scope: { sql: 't.scope', type: 'text', values: MemoryScope.options },
    agentId: { sql: `CASE WHEN t.scope = 'agent' THEN t.subject_id END`, type: 'text', orderable: false },
    text: { sql: 't.text', type: 'text' },
    confidence: { sql: 't.confidence', type: 'number' },
    untrusted: { sql: 't.untrusted', type: 'bool' },
    pinned: { sql: 't.pinned', type: 'bool' },
    byAgent: { sql: 't.by_agent', type: 'bool' },
    expiresAt: { sql: 't.expires_at', type: 'time' },
    createdAt: { sql: 't.created_at', type: 'time' },
    updatedAt: { sql: 't.updated_at', type: 'time' },
  },
} satisfies ListFields;
