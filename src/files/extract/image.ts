/** An image has no text that could be cited; models that see are shown it as it is. */
import type { Extraction } from '../../core/documents/passage.ts';

export function extractImage(): Promise<Extraction> {
  return Promise.resolve({ passages: [], meta: {} });
}
