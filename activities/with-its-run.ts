import type { JobInput, Standing } from '../src/contracts/corridor.ts';
import type { TaskRecord } from '../src/db/task-record.ts';
import type { Watch } from './job.ts';

/**
 * With the end of a step's task goes where its run stands now: the close of its Temporal workflow tells that of the run, which need not ask. What
 * goes wrong here is nobody's loss: it then asks.
 */
export async function withItsRun(
  tasks: Pick<TaskRecord, 'standRunInPassing'>,
  standing: Standing,
  { input: { workspaceId, id: taskId, runId }, watch }: { input: JobInput; watch: Pick<Watch, 'now'> },
): Promise<Standing> {
  if (!standing.end || runId === undefined) return standing;
  const asker = { workspaceId, now: watch.now() };
  const told = await tasks.standRunInPassing(asker, { runId, taskId }).catch(() => 'left' as const);
  return told === 'left' ? standing : { ...standing, run: told };
}

/** What the start of its Temporal workflow has fulfilled. */
export function fulfilledBy({ fulfils }: JobInput): Pick<JobInput, 'fulfils'> {
  return fulfils ? { fulfils } : {};
}
