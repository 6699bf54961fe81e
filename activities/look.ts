import type { FileRecord } from '../src/db/file-record.ts';
import type { TaskRecord } from '../src/db/task-record.ts';
import type { Look } from '../src/contracts/corridor.ts';
import { guarded } from './failures.ts';

/** Asking the record where something stands: short local activities. */
export function createLookActivities({ tasks, files }: { tasks: TaskRecord; files: FileRecord }) {
  return {
    standTask: guarded(async (look: Look) => {
      if (look.operations) await tasks.cancelByOperations(look, { taskIds: [look.id] });
      return tasks.standTask(look, { taskId: look.id, lost: look.lost });
    }),
    standRun: guarded(async (look: Look) => {
      if (look.operations) await tasks.cancelByOperations(look, { runIds: [look.id] });
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
