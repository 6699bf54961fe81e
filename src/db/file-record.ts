/** The record of files as the file activities use it: each method is one transaction. */
import type { Standing } from '../contracts/corridor.ts';
import { clip } from '../core/context/clip.ts';
import type { Extraction, Passage } from '../core/documents/passage.ts';
import { checkTransition } from '../core/transition.ts';
import { notFound } from '../errors.ts';
import type { FileRow } from './mappings/file.ts';
import type { Database, Tx } from './record.ts';
import type { Asker } from './task-record.ts';

export interface FileLook {
  fileId: string;
  lost: string[];
  cancelled: boolean;
}

export type Read = { extraction: Extraction } | { failure: { code: string; message: string } };

export type FileRecord = ReturnType<typeof createFileRecord>;

export function createFileRecord(db: Database) {
  const within = <Result>(asker: Asker, work: (tx: Tx) => Promise<Result>) =>
    db.inWorkspace({ workspaceId: asker.workspaceId, actor: 'system' }, work);
  return {
    stand: (asker: Asker, look: FileLook) => within(asker, (tx) => standFile(tx, look)),
    /** Null when there is nothing to read any more. */
    begin: (asker: Asker, id: string) => within(asker, (tx) => begin(tx, id)),
    progress: (asker: Asker, id: string, progress: { done: number; total: number }) =>
      within(asker, (tx) => report(tx, id, progress)),
    finish: (asker: Asker, id: string, read: Read) => within(asker, (tx) => finish(tx, id, read)),
  };
}

async function lockFile(tx: Tx, id: string): Promise<FileRow> {
  const [row] = await tx.sql<FileRow>(
    'SELECT * FROM files WHERE id = $1 AND workspace_id = $2 FOR NO KEY UPDATE',
    [id, tx.workspaceId],
  );
  if (!row) throw notFound('file', id);
  return row;
}

function isOpen(file: FileRow): boolean {
  return file.status === 'uploaded' || file.status === 'processing';
}

async function standFile(tx: Tx, { fileId, lost, cancelled }: FileLook): Promise<Standing> {
  const file = await lockFile(tx, fileId);
  if (isOpen(file) && cancelled)
    await fail(tx, file, { code: 'cancelled', message: 'Reading was cancelled by operations.' });
  else if (isOpen(file) && lost.length > 0)
    await fail(tx, file, {
      code: 'unreadable_file',
      message: 'It could not be read: the technical retries are used up.',
    });
  return standingOf(file);
}

function standingOf(file: FileRow): Standing {
  const end = file.status === 'ready' ? 'completed' : file.status === 'failed' ? 'failed' : null;
  const job = {
    key: `file/${file.id}`,
    kind: 'extractFile' as const,
    id: file.id,
    summary: `Read ${clip(file.name, 100)}`,
  };
  const start = end ? [] : [job];
  const details = `**${clip(file.name, 200)}**\n\nStatus: ${file.status}`;
  return {
    version: file.version,
    start,
    cancel: [],
    wakeAt: null,
    end,
    details,
    status: file.status,
    agent: null,
  };
}

async function begin(tx: Tx, id: string): Promise<{ sha256: string; kind: string } | null> {
  const file = await lockFile(tx, id);
  if (!isOpen(file)) return null;
  checkTransition('file', file.status, 'processing');
  await tx.sql(
    `UPDATE files SET status = 'processing', temporal_started_at = coalesce(temporal_started_at, now()), updated_at = now() WHERE id = $1`,
    [id],
  );
  return { sha256: file.sha256, kind: file.kind };
}

async function report(tx: Tx, id: string, { done, total }: { done: number; total: number }): Promise<void> {
  const file = await lockFile(tx, id);
  if (!isOpen(file)) return;
  await tx.sql('UPDATE files SET progress = $2, updated_at = now() WHERE id = $1', [
    id,
    total > 0 ? Math.min(1, done / total) : 0,
  ]);
  tx.emit({ stream: `file/${id}`, type: 'file.progressed', data: { done, of: total } });
}

async function finish(tx: Tx, id: string, read: Read): Promise<Standing> {
  const file = await lockFile(tx, id);
  if (!isOpen(file)) return standingOf(file);
  if ('failure' in read) await fail(tx, file, read.failure);
  else await keep(tx, file, read.extraction);
  return standingOf(file);
}

async function keep(tx: Tx, file: FileRow, { passages, meta }: Extraction): Promise<void> {
  await insertPassages(tx, file.id, passages);
  const pages = meta.pages ?? null;
  await close(tx, file, { status: 'ready', pages, passages: passages.length });
  tx.emit({ stream: `file/${file.id}`, type: 'file.processed', data: { passages: passages.length, pages } });
}

const rowsPerStatement = 2000;

async function insertPassages(tx: Tx, fileId: string, passages: Passage[]): Promise<void> {
  for (let at = 0; at < passages.length; at += rowsPerStatement) {
    const part = passages.slice(at, at + rowsPerStatement);
    await tx.sql(
      `INSERT INTO passages (file_id, n, text, anchor, heading)
       SELECT $1, n, text, anchor, heading FROM unnest($2::int[], $3::text[], $4::jsonb[], $5::text[]) AS p (n, text, anchor, heading)
       ON CONFLICT (file_id, n) DO NOTHING`,
      [
        fileId,
        part.map((passage) => passage.n),
        part.map((passage) => passage.text.replaceAll('\u0000', '')),
        part.map((passage) => JSON.stringify(passage.anchor)),
        part.map((passage) => passage.heading ?? null),
      ],
    );
  }
}

async function fail(tx: Tx, file: FileRow, problem: { code: string; message: string }): Promise<void> {
  await close(tx, file, { status: 'failed', problem });
  tx.emit({ stream: `file/${file.id}`, type: 'file.failed', data: problem });
}

async function close(
  tx: Tx,
  file: FileRow,
  end: Partial<Pick<FileRow, 'status' | 'pages' | 'passages' | 'problem'>>,
): Promise<void> {
  if (end.status) checkTransition('file', file.status, end.status);
  await tx.sql(
    `UPDATE files SET status = $2, pages = $3, passages = $4, problem = $5, progress = 1, version = version + 1, updated_at = now() WHERE id = $1`,
    [
      file.id,
      end.status,
      end.pages ?? null,
      end.passages ?? 0,
      end.problem ? JSON.stringify(end.problem) : null,
    ],
  );
  Object.assign(file, end);
  file.version += 1;
  await wakeReaders(tx, file.id);
}

/** Tasks that wait for this file look again. */
async function wakeReaders(tx: Tx, fileId: string): Promise<void> {
  const rows = await tx.sql<{ id: string; title: string; rootId: string }>(
    `SELECT t.id, t.title, t.root_id FROM task_files tf JOIN tasks t ON t.id = tf.task_id
      WHERE tf.file_id = $1 AND t.status NOT IN ('completed', 'failed', 'cancelled')`,
    [fileId],
  );
  for (const row of rows) tx.wake({ target: `task/${row.id}`, label: row.title, rootTaskId: row.rootId });
}
