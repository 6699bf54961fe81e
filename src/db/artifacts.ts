/** Files that tasks write themselves. One call of a tool makes one file, however often it is tried. */
import type { Database, Tx } from './record.ts';
import { findFile, insertFile, type NewFile } from './file-store.ts';
import type { FileRow } from './mappings/file.ts';

export interface Artifact {
  workspaceId: string;
  taskId: string;
  /** Of the call that makes it. */
  key: string;
  file: NewFile;
}

/** The bytes are stored already. Makes the file one of its task and of the goal that it serves, and asks for it to be read. */
export function saveArtifact(db: Database, artifact: Artifact): Promise<FileRow> {
  return db.inWorkspace({ workspaceId: artifact.workspaceId, actor: 'system' }, async (tx) => {
    const made = await findMade(tx, artifact.key);
    if (made) return made;
    const row = await insertFile(tx, { ...artifact.file, madeBy: artifact.key });
    // Another try was quicker.
    if (!row) return (await findMade(tx, artifact.key)) as FileRow;
    const [task] = await tx.sql<{ rootId: string }>(
      `WITH task AS (SELECT id, root_id FROM tasks WHERE id = $1 AND workspace_id = $3),
            given AS (INSERT INTO task_files (task_id, file_id, position, made)
                      SELECT DISTINCT u.id, $2, (SELECT count(*)::int FROM task_files WHERE task_id = u.id), true
                        FROM task CROSS JOIN LATERAL unnest(ARRAY[task.id, task.root_id]) AS u (id)
                      ON CONFLICT DO NOTHING)
       SELECT root_id FROM task`,
      [artifact.taskId, row.id, tx.workspaceId],
    );
    const { id, name, size, kind } = row;
    tx.emit(
      { stream: `file/${id}`, type: 'file.uploaded', data: { name, size, kind } },
      { rootTaskId: task?.rootId ?? null },
    );
    tx.wake({ target: `file/${id}`, label: `Read ${name}` });
    return row;
  });
}

async function findMade(tx: Tx, key: string): Promise<FileRow | null> {
  const [row] = await tx.sql<{ id: string }>(
    'SELECT id FROM files WHERE made_by = $1 AND workspace_id = $2',
    [key, tx.workspaceId],
  );
  return row ? findFile(tx, row.id) : null;
}
