/**
 * Whether a tool may be called: the one place that says so, outside the model, on every call. Nothing that a model, a file or a page
 * wrote is read here but the name of the tool and its arguments.
 *
 * 1. A tool that is not on the agent's list is refused, whatever a prompt says.
 */
import type { ToolCard } from '../../contracts/tool-card.ts';

export interface ToolQuestion {
  tool: ToolCard;
  args: Record<string, unknown>;
  /** Where the arguments would go: a host name; null when nowhere. */
  destination: string | null;
  /** Null: no agent calls it, a step of a workflow does. */
  agent: { id: string; tools: readonly string[] } | null;
}

export type ToolDecision = { decision: 'allow' } | { decision: 'refuse'; reason: string };

export function decideToolCall({ tool, agent }: ToolQuestion): ToolDecision {
  if (agent && !agent.tools.includes(tool.name))
    return { decision: 'refuse', reason: `You may not use the tool "${tool.name}".` };
  return { decision: 'allow' };
}
