import type { AgentRef, Task } from '../../../src/contracts/task.ts';

/** Who has a task, or had it last: one that failed is nobody's any more. */
export function lastAgent({ agent, attempts }: Task): AgentRef | null {
  return agent ?? attempts.at(-1)?.agent ?? null;
}
