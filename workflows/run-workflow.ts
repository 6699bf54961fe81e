import type { Close, CorridorStart } from '../src/contracts/corridor.ts';
import { walk } from './corridor.ts';

/** One execution of a workflow definition: each agent step is a task with a Temporal workflow of its own. */
export async function runWorkflow(input: CorridorStart): Promise<Close> {
  return walk('standRun', input);
}
