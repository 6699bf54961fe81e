import type { FileRecord } from '../src/db/file-record.ts';
import type { TaskRecord } from '../src/db/task-record.ts';
import type { Look } from '../src/contracts/corridor.ts';
import type { TokenFeed } from '../src/feed/tokens.ts';
import { guarded } from './failures.ts';

export interface LookParts {
  tasks: TaskRecord;
  files: FileRecord;
  tokens: Pick<TokenFeed, 'soFar'>;
}

/** Asking the record where something stands: short local activities. */
export function createLookActivities({ tasks, files, tokens }: LookParts) {
  /** A reply in a chat is on the stream of its conversation, and a tree of its own. */
  const writtenOf = async (taskId: string) =>
    (await Promise.all([tokens.soFar(`task/${taskId}`), tokens.soFar(`tree/${taskId}`)])).flat();
  return {
    standTask: guarded(async (look: Look) => {
      if (look.operations) await tasks.cancelByOperations(look, cancelled('task', look));
      // A worker that is gone cannot say what it had written; whoever watched has seen it.
      const written = look.lost.length > 0 ? await writtenOf(look.id) : [];
      return tasks.standTask(look, { taskId: look.id, lost: look.lost, written });
    }),
    standRun: guarded(async (look: Look) => {
      if (look.operations) await tasks.cancelByOperations(look, cancelled('run', look));
      return tasks.standRun(look, look.id);
    }),
    standConversation: guarded(async (look: Look) =>
      tasks.standConversation(look, { conversationId: look.id, operations: look.operations }),
    ),
    standFile: guarded(async (look: Look) =>
      files.stand(look, { fileId: look.id, lost: look.lost, cancelled: look.operations }),
    ),
  };
}

function cancelled(kind: 'task' | 'run', { id, since }: Look) {
  return { kind, id, since: new Date(since) };
}
