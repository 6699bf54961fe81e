import type { ListFields } from './list-page.ts';

export const workflowList = {
  from: 'workflows t',
  columns: 't.*',
  fields: {
    name: { sql: 't.name', type: 'text' },
    description: { sql: 't.description', type: 'text' },
    origin: { sql: 't.origin', type: 'text', values: ['model', 'template', 'person'] },
    version: { sql: 't.version', type: 'number' },
    archived: { sql: '(t.archived_at IS NOT NULL)', type: 'bool' },
    createdAt: { sql: 't.created_at', type: 'time' },
    updatedAt: { sql: 't.updated_at', type: 'time' },
  },
} satisfies ListFields;
