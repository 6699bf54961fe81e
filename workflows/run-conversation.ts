import type { Close, CorridorInput } from '../src/contracts/corridor.ts';
import { walk } from './corridor.ts';

/** A chat with one agent: what is unanswered gets its replies, one at a time; it ends when nothing is open. */
export async function runConversation(input: CorridorInput): Promise<Close> {
  return walk('standConversation', input);
}
