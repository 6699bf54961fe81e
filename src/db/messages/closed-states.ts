import { isClosed, MessageState } from '../../contracts/status.ts';

/** States of messages that reach nobody any more, for `IN`. */
export const closedStates = `(${MessageState.options
  .filter(isClosed)
  .map((state) => `'${state}'`)
  .join(', ')})`;
