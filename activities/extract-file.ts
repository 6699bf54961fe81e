import type { JobInput, Standing } from '../src/contracts/corridor.ts';
import type { Extraction } from '../src/core/documents/passage.ts';
import type { FileRecord } from '../src/db/file-record.ts';
import { isAppError } from '../src/errors.ts';
import type { FileStorage } from '../src/files/storage.ts';
import { guarded } from './failures.ts';
import { watchJob } from './job.ts';

export interface FileActivityParts {
  files: FileRecord;
  storage: FileStorage;
  extract(options: {
    path: string;
    kind: string;
    signal: AbortSignal;
    onProgress(progress: { done: number; total: number }): void;
  }): Promise<Extraction>;
  onCancel(handler: (id: string) => void): () => void;
}

/** Reads one file in a child process and keeps its passages. What is wrong with the file is an outcome, not a failure of the activity. */
export function createFileActivities(parts: FileActivityParts) {
  return {
    extractFile: guarded(async (input: JobInput): Promise<Standing> => {
      const watch = watchJob(input, parts.onCancel);
      try {
        return await extractFile(parts, input, watch);
      } finally {
        watch.stop();
      }
    }),
  };
}

async function extractFile(
  parts: FileActivityParts,
  input: JobInput,
  watch: ReturnType<typeof watchJob>,
): Promise<Standing> {
  const asker = { workspaceId: input.workspaceId, now: watch.now() };
  const begun = await parts.files.begin(asker, input.id);
  if (!begun) return parts.files.stand(asker, { fileId: input.id, lost: [], cancelled: false });
  let outcome: { extraction: Extraction } | { failure: { code: string; message: string } };
  try {
    const path = await parts.storage.localPath(begun.sha256);
    const onProgress = throttled((progress: { done: number; total: number }) => {
      parts.files.progress(asker, input.id, progress).catch(() => undefined);
    });
    outcome = {
      extraction: await parts.extract({ path, kind: begun.kind, signal: watch.signal, onProgress }),
    };
  } catch (error) {
    // Stopped by operations, or because this worker ends: what is still to be read is said again and goes to another worker.
    if (watch.signal.aborted)
      return parts.files.stand(asker, { fileId: input.id, lost: [], cancelled: false });
    if (!isAppError(error)) throw error;
    outcome = { failure: { code: error.code, message: error.userMessage } };
  }
  return parts.files.finish(asker, input.id, outcome);
}

const progressEveryMs = 500;

function throttled<Value>(tell: (value: Value) => void): (value: Value) => void {
  let last = Date.now();
  return (value) => {
    if (Date.now() - last < progressEveryMs) return;
    last = Date.now();
    tell(value);
  };
}
