import type { Passage } from '../contracts/passage.ts';
import type { ListFields } from './list-page.ts';
import { FileStatus } from '../contracts/status.ts';
import type { FileRow } from './mappings/file.ts';
import { newId } from './new-id.ts';
import type { Tx } from './record.ts';

export type NewFile = Pick<FileRow, 'name' | 'kind' | 'mediaType' | 'size' | 'sha256'>;

/** Files: their metadata; the bytes lie in the file storage under their hash. */
export async function insertFile(tx: Tx, file: NewFile): Promise<FileRow>;
/** Null when the same call has made its file already. */
export async function insertFile(tx: Tx, file: NewFile & { madeBy: string }): Promise<FileRow | null>;
export async function insertFile(tx: Tx, file: NewFile & { madeBy?: string }): Promise<FileRow | null> {
  const [row] = await tx.sql<FileRow>(
    `INSERT INTO files (id, workspace_id, name, kind, media_type, size, sha256, made_by, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'uploaded') ON CONFLICT (made_by) WHERE made_by IS NOT NULL DO NOTHING RETURNING *`,
    [
      newId('file'),
      tx.workspaceId,
      file.name,
      file.kind,
      file.mediaType,
      file.size,
      file.sha256,
      file.madeBy ?? null,
    ],
  );
  return row ?? null;
}

export async function findFile(tx: Tx, fileId: string): Promise<FileRow | null> {
  const [row] = await tx.sql<FileRow>('SELECT * FROM files WHERE id = $1 AND workspace_id = $2', [
    fileId,
    tx.workspaceId,
  ]);
  return row ?? null;
}

/** Passages from number `from` on; the caller knows that the file is in its workspace. */
export async function readPassages(
  tx: Tx,
  fileId: string,
  { from, limit }: { from: number; limit: number },
): Promise<Passage[]> {
  return tx.sql<Passage>(
    'SELECT n, text, anchor FROM passages WHERE file_id = $1 AND n >= $2 ORDER BY n LIMIT $3',
    [fileId, from, limit],
  );
}

export const fileList = {
  from: 'files t',
  columns: 't.*',
  fields: {
    name: { sql: 't.name', type: 'text' },
    kind: { sql: 't.kind', type: 'text' },
    status: { sql: 't.status', type: 'text', values: FileStatus.options },
    size: { sql: 't.size', type: 'number' },
    createdAt: { sql: 't.created_at', type: 'time' },
  },
} satisfies ListFields;

/** Until the commit none of the task's files is read to its end: whoever does that wakes the tasks that it sees. */
export async function holdFilesOf(tx: Tx, taskId: string): Promise<void> {
  await tx.sql(
    `SELECT f.id FROM task_files tf JOIN files f ON f.id = tf.file_id WHERE tf.task_id = $1 ORDER BY f.id FOR SHARE OF f`,
    [taskId],
  );
}
