/**
 * The status of an agent follows from facts, and when it keeps failing: after so many failures in a row it gets no work but now and
 * then a probe, one task that tries whether it is well again. A success ends that.
 */
import type { AgentStatus } from '../contracts/agent.ts';

export const failuresUntilError = 5;
/** Until the first probe; each later one takes twice as long, up to the most. */
export const firstProbeMs = 30_000;
export const longestProbeMs = 3_600_000;

export interface AgentFacts {
  pausedAt: Date | null;
  archivedAt: Date | null;
  failingSince: Date | null;
  active: number;
  maxConcurrent: number;
}

/** The same in SQL stands in src/db/agent-reads.ts; a test compares them. */
export function agentStatus(facts: AgentFacts): AgentStatus {
  if (facts.archivedAt || facts.pausedAt) return 'offline';
  if (facts.failingSince) return 'error';
  if (facts.active >= facts.maxConcurrent) return 'busy';
  return facts.active > 0 ? 'active' : 'idle';
}

/** Failures that say nothing about the agent: nobody could have done it, or nobody let it. */
const nobodysFault = new Set([
  'dispatch_failed',
  'cancelled',
  'unreadable_file',
  'encrypted_file',
  'empty_file',
  'unavailable',
  'internal',
  'guard_tripped',
  'no_capable_agent',
]);

export function countsAgainstAgent(code: string | undefined): boolean {
  return !nobodysFault.has(code ?? '');
}
