import type { ToolCard } from '../../contracts/tool-card.ts';
import type { OutsideToolContext, ToolAnswer } from '../tool.ts';
import { NetFault } from './net-fault.ts';

/**
 * What went wrong outside is an answer that the model can read, with two exceptions that are thrown. A call that was stopped: whoever
 * stopped it knows why, and it may be made again. And a call of which nobody knows whether it happened, when it must not happen twice:
 * a model that reads "it failed" would try again.
 */
export async function answerFaults(
  { signal }: Pick<OutsideToolContext, 'signal'>,
  effect: ToolCard['effect'],
  work: () => Promise<ToolAnswer>,
): Promise<ToolAnswer> {
  try {
    return await work();
  } catch (error) {
    const told = error instanceof NetFault && !signal.aborted && (error.certain || effect !== 'at_most_once');
    if (told) return { text: `It did not work. ${error.message}`, isError: true };
    throw error;
  }
}
