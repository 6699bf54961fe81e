import type { NewFile } from '../db/file-store.ts';
import type { Sniffed } from '../files/sniff.ts';
import type { FileStorage } from '../files/storage.ts';
import { AppError, isAppError, type Problem } from '../errors.ts';
import { checkUpload } from './check-upload.ts';

export interface ReceivedFile {
  /** Where the bytes are for now. */
  path: string;
  /** As the sender named it. */
  name: string;
}

/**
 * Looks at everything before anything is stored: one bad file refuses the whole upload, with a problem for each bad one. Then the bytes
 * go to the storage, where the same bytes lie once; rows come after, in a transaction.
 */
export async function stageFiles(storage: FileStorage, received: ReceivedFile[]): Promise<NewFile[]> {
  if (received.length === 0) throw nothingSent();
  const checked: { path: string; name: string; sniffed: Sniffed }[] = [];
  const faults: { error: AppError; problem: Problem }[] = [];
  for (const [index, { path, name: given }] of received.entries()) {
    const name = cleanName(given);
    try {
      checked.push({ path, name, sniffed: await checkUpload(path, name) });
    } catch (error) {
      if (!isAppError(error)) throw error;
      const problem = { pointer: `/files/${index}`, code: error.code, message: error.userMessage };
      faults.push({ error, problem });
    }
  }
  const [first] = faults;
  if (first) {
    const message =
      faults.length === 1 ? first.error.userMessage : `${faults.length} of the files cannot be used.`;
    throw new AppError(first.error.code, message, { problems: faults.map(({ problem }) => problem) });
  }
  const staged: NewFile[] = [];
  for (const { path, name, sniffed } of checked) {
    staged.push({ name, ...sniffed, ...(await storage.put(path)) });
  }
  return staged;
}

/** The last part of a path, without what no file name should hold. */
export function cleanName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
  if (clean.length <= 200) return clean || 'file';
  const ending = /\.\w{1,10}$/.exec(clean)?.[0] ?? '';
  return clean.slice(0, 200 - ending.length).toWellFormed() + ending;
}

function nothingSent(): AppError {
  const message = 'Send at least one file in the field "files".';
  return new AppError('invalid_request', message, {
    problems: [{ pointer: '/files', code: 'required', message }],
  });
}
