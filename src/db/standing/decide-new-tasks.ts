import type { Standing } from '../../contracts/corridor.ts';
import { allEnded } from '../connection.ts';
import type { TaskRow } from '../mappings/task.ts';
import type { RunContext } from './run-context.ts';
import { decideNewTask } from './stand-task.ts';

/** The task of an agent step that this transaction has made. */
export interface NewTask {
  row: TaskRow;
  hasFiles: boolean;
}

/** Each holds an agent until the commit; the others ask by themselves. */
const mostAtOnce = 8;

/**
 * Tasks that a decision has made are decided with it, so that their Temporal workflows start with the answer.
 *
 * Each takes a slot of an agent, so the order of locks wants that none is waited for while another is held: several at once take only agents whom
 * nobody holds. A task that finds none like that is left to ask by itself, and so is one too many.
 */
export async function decideNewTasks(
  { tx, world }: Pick<RunContext, 'tx' | 'world'>,
  made: readonly NewTask[],
): Promise<Map<string, Standing>> {
  if (made.length === 0) return new Map();
  const now = made.slice(0, mostAtOnce);
  const inPassing = now.length > 1;
  const decided = await allEnded(
    now.map(async ({ row, hasFiles }) => {
      const standing = await decideNewTask(tx, row, { world, inPassing, hasFiles });
      return standing ? [[row.id, standing] as const] : [];
    }),
  );
  return new Map(decided.flat());
}
