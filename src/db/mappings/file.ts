import { EntitySchema } from 'typeorm';
import type { FileStatus } from '../../contracts/status.ts';
import type { Failure } from '../../contracts/task.ts';
import { bigint } from '../bigint.ts';

export interface FileRow {
  id: string;
  workspaceId: string;
  name: string;
  kind: string;
  mediaType: string;
  size: number;
  sha256: string;
  status: FileStatus;
  progress: number;
  pages: number | null;
  passages: number;
  problem: Failure | null;
  version: number;
  /** The tool call that wrote it; null for uploads. */
  madeBy: string | null;
  temporalStartedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export const FileMapping = new EntitySchema<FileRow>({
  name: 'File',
  tableName: 'files',
  columns: {
    id: { type: 'text', primary: true },
    workspaceId: { type: 'text' },
    name: { type: 'text' },
    kind: { type: 'text' },
    mediaType: { type: 'text' },
    size: { type: 'bigint', transformer: bigint },
    sha256: { type: 'text' },
    status: { type: 'text' },
    progress: { type: 'real', default: 0 },
    pages: { type: 'integer', nullable: true },
    passages: { type: 'integer', default: 0 },
    problem: { type: 'jsonb', nullable: true },
    version: { type: 'integer', default: 1 },
    madeBy: { type: 'text', nullable: true },
    temporalStartedAt: { type: 'timestamptz', nullable: true },
    createdAt: { type: 'timestamptz', default: () => 'now()' },
    updatedAt: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [
    { name: 'files_workspace', columns: ['workspaceId', 'id'] },
    { name: 'files_made_by', columns: ['madeBy'], unique: true, where: 'made_by IS NOT NULL' },
    { name: 'files_open', columns: ['id'], where: `status IN ('uploaded', 'processing')` },
  ],
});
