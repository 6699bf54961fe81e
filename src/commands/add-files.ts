import { insertFile, type NewFile } from '../db/file-store.ts';
import type { FileRow } from '../db/mappings/file.ts';
import type { Tx } from '../db/record.ts';
import { type Caller, requireOperator } from './caller.ts';

/** Staged files become known, and reading them is asked for. */
export async function addFiles(tx: Tx, caller: Caller, files: NewFile[]): Promise<FileRow[]> {
  requireOperator(caller);
  const rows: FileRow[] = [];
  for (const file of files) {
    const row = await insertFile(tx, file);
    const { id, name, size, kind } = row;
    tx.emit({ stream: `file/${id}`, type: 'file.uploaded', data: { name, size, kind } });
    tx.wake({ target: `file/${id}`, label: `Read ${name}` });
    rows.push(row);
  }
  return rows;
}
