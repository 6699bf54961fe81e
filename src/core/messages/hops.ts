import type { EffectFacts, NewEffect, ReplyOutcome } from '../task/snapshot.ts';

/**
 * Loops of agents that write to each other. A message of an agent is one hop further than what its task was told last; a person's word
 * starts the count anew. Over the workspace's limit a guard holds the task up; what gets past it is not accepted.
 */
/** @param heard hops of what the task was shown since the last message of a person */
export function nextHops(heard: readonly number[]): number {
  return Math.max(0, ...heard) + 1;
}

export function hopsProblem(hops: number, limit: number): string | null {
  if (hops <= limit) return null;
  return `This message would be number ${hops} in a chain of agents answering agents; the limit is ${limit}. Decide with what you know, or ask a person.`;
}

/** Tools that write to agents. */
const writing = new Set(['send_message', 'ask_chief']);

export function writes({ kind, purpose }: NewEffect): boolean {
  return kind === 'tool' && writing.has(purpose);
}

/** Whether a reply wants to write to an agent. */
export function wantsToWrite(effect: EffectFacts | undefined): boolean {
  const { toolCalls } = (effect?.outcome ?? {}) as Partial<ReplyOutcome>;
  return Array.isArray(toolCalls) && toolCalls.some(({ name }) => writing.has(name));
}
