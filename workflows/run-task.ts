import type { Close, CorridorStart } from '../src/contracts/corridor.ts';
import { walk } from './corridor.ts';

/** One agent's work on one task: turns of model calls and tools, a plan and its run for a Chief of Staff. */
export async function runTask(input: CorridorStart): Promise<Close> {
  return walk('standTask', input);
}
