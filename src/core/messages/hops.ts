/**
 * Loops of agents that write to each other. A message of an agent is one hop further than what its task was told last; a person's word
 * starts the count anew. Over the workspace's limit it is not accepted, and the agent is told why.
 */
export const defaultMaxHops = 8;

/** @param heard hops of what the task was shown since the last message of a person */
export function nextHops(heard: readonly number[]): number {
  return Math.max(0, ...heard) + 1;
}

export function hopsProblem(hops: number, limit: number): string | null {
  if (hops <= limit) return null;
  return `This message would be number ${hops} in a chain of agents answering agents; the limit is ${limit}. Decide with what you know, or ask a person.`;
}
