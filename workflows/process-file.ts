import type { Close, CorridorInput } from '../src/contracts/corridor.ts';
import { walk } from './corridor.ts';

/** Reads one uploaded file into passages that can be cited. */
export async function processFile(input: CorridorInput): Promise<Close> {
  return walk('standFile', input);
}
