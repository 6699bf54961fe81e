import type { AgentRef, TaskTree } from '../../../src/contracts/task.ts';
import { lastAgent } from './last-agent.ts';
import { tokensOf } from '../words/format.ts';

export interface AgentCost {
  agent: AgentRef;
  usd: number | null;
  tokens: number;
}

/** What each agent's own calls cost in a tree, the dearest first. A task counts for the agent that has it now, or had it last. */
export function costsByAgent(tree: TaskTree): AgentCost[] {
  const lines = new Map<string, AgentCost>();
  const add = ({ task, children }: TaskTree) => {
    const agent = lastAgent(task);
    if (agent) {
      const line = lines.get(agent.id) ?? { agent, usd: 0, tokens: 0 };
      line.usd = line.usd === null || task.cost.usd === null ? null : line.usd + task.cost.usd;
      line.tokens += tokensOf(task.cost);
      lines.set(agent.id, line);
    }
    children.forEach(add);
  };
  add(tree);
  return [...lines.values()].sort((a, b) => (b.usd ?? 0) - (a.usd ?? 0) || b.tokens - a.tokens);
}
