/**
 * Whether a tool may be called: the one place that says so, outside the model, on every call. Nothing that a model, a file or a page
 * wrote is read here but the name of the tool and its arguments.
 *
 * 1. A tool that is not on the agent's list is refused, whatever a prompt says. Reading on in what its own tools brought belongs to having
 *    tools.
 * 2. Of all rules that are about the call, those of the workspace and those of the agent: deny goes before ask, ask before allow. So a
 *    rule can only be made milder by taking it away.
 * 3. No rule: what is of high risk asks. A step of a plan that a model wrote asks for everything but low risk.
 */
import type { ToolCard } from '../../contracts/tool-card.ts';
import { millisecondsOf } from './check-rule.ts';
import { mayCall } from './may-call.ts';
import { type CallFacts, isAbout, type PolicyRule } from './match-rule.ts';

export interface ToolQuestion {
  /** With the risk that these very arguments have. */
  tool: Pick<ToolCard, 'name' | 'risk'>;
  args: Record<string, unknown>;
  /** Where the arguments would go: a host name; null when nowhere. */
  destination: string | null;
  /** Null: no agent calls it, a step of a workflow does. */
  agent: { id: string; tools: readonly string[] } | null;
  /** Of the workspace and of the agent. */
  rules: readonly PolicyRule[];
  /** Of the task tree so far; null when not known. */
  spentUsd: number | null;
  /** The step of a plan that nobody but a model has written. */
  planned?: boolean;
}

/** What is asked of people. */
export interface Ask {
  /** One line for people: why they are asked. */
  why: string;
  ruleIds: string[];
  fourEyes: boolean;
  /** Milliseconds; null: it waits for ever. */
  expiresMs: number | null;
  remindBeforeMs: number | null;
}

export type ToolDecision =
  | { decision: 'allow' }
  | { decision: 'refuse'; reason: string }
  | { decision: 'ask'; ask: Ask };

export function decideToolCall(question: ToolQuestion): ToolDecision {
  const { tool, agent, args, destination, spentUsd } = question;
  if (agent && !mayCall(agent.tools, tool.name))
    return { decision: 'refuse', reason: `You may not use the tool "${tool.name}".` };
  const { name, risk } = tool;
  const facts: CallFacts = { tool: name, risk, args, destination, agentId: agent?.id ?? null, spentUsd };
  const rules = question.rules.filter((rule) => isAbout(rule, facts));
  const forbids = rules.find(({ effect }) => effect === 'deny');
  if (forbids)
    return { decision: 'refuse', reason: `The rule "${forbids.name}" forbids this call of "${name}".` };
  const asking = rules.filter(({ effect }) => effect === 'ask');
  if (asking.length > 0) return { decision: 'ask', ask: strictest(asking) };
  if (rules.length > 0) return { decision: 'allow' };
  return byRisk(question);
}

function byRisk({ tool: { risk }, planned = false }: ToolQuestion): ToolDecision {
  if (risk === 'high') return { decision: 'ask', ask: plainAsk('Its risk is high.') };
  if (planned && risk !== 'low')
    return { decision: 'ask', ask: plainAsk(`A model planned it, and its risk is ${risk}.`) };
  return { decision: 'allow' };
}

function plainAsk(why: string): Ask {
  return { why, ruleIds: [], fourEyes: false, expiresMs: null, remindBeforeMs: null };
}

/** Several rules ask once, as strictly as the strictest. */
function strictest(rules: readonly PolicyRule[]): Ask {
  const first = rules.toSorted((left, right) => expiryOf(left) - expiryOf(right))[0];
  const named = rules.map(({ name }) => `"${name}"`).join(', ');
  return {
    why: `${rules.length === 1 ? 'The rule' : 'The rules'} ${named} ${rules.length === 1 ? 'asks' : 'ask'} for it.`,
    ruleIds: rules.flatMap(({ id }) => id ?? []),
    fourEyes: rules.some(({ fourEyes }) => fourEyes),
    expiresMs: millisecondsOf(first?.expiresIn ?? null),
    remindBeforeMs: millisecondsOf(first?.remindBefore ?? null),
  };
}

function expiryOf({ expiresIn }: PolicyRule): number {
  return millisecondsOf(expiresIn) ?? Number.MAX_SAFE_INTEGER;
}
