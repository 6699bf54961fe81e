import type { AgentSpec } from '../../contracts/agent.ts';
import { decideToolCall, type ToolDecision, type ToolQuestion } from '../../core/policy/decide-tool-call.ts';
import { toolsInTask } from '../../core/task/hearing-tools.ts';
import type { PolicyFacts } from '../approvals/approval-rule-store.ts';
import type { TaskRow } from '../mappings/task.ts';

/** `agent`: null when a step of a workflow makes the call. */
export interface JudgedCall extends Pick<ToolQuestion, 'tool' | 'args' | 'destination'> {
  task: TaskRow;
  agent: { id: string; spec: AgentSpec } | null;
  facts: PolicyFacts;
}

/** What the policy says now of a call with these very arguments: rules of the workspace, and those of the agent. */
export function judgeCall({ task, agent, facts, tool, args, destination }: JudgedCall): ToolDecision {
  return decideToolCall({
    tool,
    args,
    destination,
    agent: agent && { id: agent.id, tools: toolsInTask(agent.spec.tools, task) },
    rules: [...facts.rules, ...ownRules(agent)],
    spentUsd: facts.spentUsd,
    planned: task.toolCall?.planned ?? false,
  });
}

function ownRules(agent: JudgedCall['agent']) {
  const rules = (agent?.spec.approvalRules ?? []) as PolicyFacts['rules'];
  return rules.map((rule) => ({ ...rule, id: null, agentId: null }));
}
