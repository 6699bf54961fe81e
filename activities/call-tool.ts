import type { JobInput, Standing } from '../src/contracts/corridor.ts';
import type { TaskRecord } from '../src/db/task-record.ts';
import { guarded } from './failures.ts';

/** Tools and methods that read the record: claimed, run and settled in one transaction. */
export function createToolActivities({ tasks }: { tasks: TaskRecord }) {
  return {
    callTool: guarded(
      (input: JobInput): Promise<Standing> =>
        tasks.runTool(
          { workspaceId: input.workspaceId, now: input.now },
          { taskId: input.id, key: input.key },
        ),
    ),
  };
}
