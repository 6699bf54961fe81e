import { EntitySchema } from 'typeorm';
import type { MemoryScope, MemorySource } from '../../contracts/memory.ts';

export interface MemoryRow {
  id: string;
  workspaceId: string;
  scope: MemoryScope;
  /** Id of the workspace, the agent or the person. */
  subjectId: string;
  text: string;
  /** Its words, for full-text search; made from `text` by whoever writes it. */
  search: unknown;
  /** SHA-256 of the text without case and spacing: the same fact is kept once. */
  hash: string;
  source: MemorySource;
  /** No person wrote or confirmed it: an agent may drop it. */
  byAgent: boolean;
  confidence: number;
  untrusted: boolean;
  pinned: boolean;
  expiresAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export const MemoryMapping = new EntitySchema<MemoryRow>({
  name: 'Memory',
  tableName: 'memories',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    scope: { type: 'text' },
    subjectId: { type: 'text' },
    text: { type: 'text' },
    search: { type: 'tsvector' },
    hash: { type: 'text' },
    source: { type: 'jsonb' },
    byAgent: { type: 'boolean' },
    confidence: { type: 'real' },
    untrusted: { type: 'boolean' },
    pinned: { type: 'boolean', default: false },
    expiresAt: { type: 'timestamptz', nullable: true },
    version: { type: 'integer', default: 1 },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [
    { name: 'memories_fact', columns: ['workspaceId', 'scope', 'subjectId', 'hash'], unique: true },
    { name: 'memories_workspace', columns: ['workspaceId', 'id'] },
    { name: 'memories_words', synchronize: false },
    { name: 'memories_pinned', columns: ['workspaceId', 'scope', 'subjectId'], where: 'pinned' },
  ],
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});

/** Words that some fact of the workspace has or had: what a misspelt question is compared with. */
export interface MemoryWordRow {
  workspaceId: string;
  word: string;
}

export const MemoryWordMapping = new EntitySchema<MemoryWordRow>({
  name: 'MemoryWord',
  tableName: 'memory_words',
  columns: {
    workspaceId: { type: 'text', primary: true },
    word: { type: 'text', primary: true },
  },
  indices: [{ name: 'memory_words_letters', synchronize: false }],
  foreignKeys: [{ target: 'Workspace', columnNames: ['workspaceId'], referencedColumnNames: ['id'] }],
});
