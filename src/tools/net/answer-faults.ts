import type { OutsideToolContext, ToolAnswer } from '../tool.ts';
import { NetFault } from './net-fault.ts';

/**
 * What went wrong outside is an answer that the model can read. A call that was stopped gives no answer: whoever stopped it knows why,
 * and it may be made again.
 */
export async function answerFaults(
  { signal }: Pick<OutsideToolContext, 'signal'>,
  work: () => Promise<ToolAnswer>,
): Promise<ToolAnswer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NetFault && !signal.aborted)
      return { text: `It did not work. ${error.message}`, isError: true };
    throw error;
  }
}
