import type { Role } from '../contracts/principal.ts';
import type { ApiKeyRow } from './mappings/api-key.ts';
import type { ListFields } from './list-page.ts';

export type ListedKey = ApiKeyRow & { role: Role };

export const keyList = {
  from: 'api_keys t JOIN principals p ON p.id = t.principal_id',
  columns: 't.*, p.role',
  fields: {
    name: { sql: 't.name', type: 'text' },
    role: { sql: 'p.role', type: 'text' },
    createdAt: { sql: 't.created_at', type: 'time' },
    revoked: { sql: '(t.revoked_at IS NOT NULL)', type: 'bool' },
  },
} satisfies ListFields;
