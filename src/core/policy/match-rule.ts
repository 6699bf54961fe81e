/**
 * Whether a rule is about a call. A rule that says ask or deny and cannot be read over this call (an amount that is no number, a
 * condition that fails, a cost that nobody knows) is about it: doubt never opens a door. A rule that says allow is not.
 */
import type { RuleTerms } from '../../contracts/approval-rule.ts';
import { type Risk, risks } from '../../contracts/tool-card.ts';
import { compileExpression } from '../workflow/expression.ts';
import { jsonToCel } from '../workflow/cel-values.ts';

export interface PolicyRule extends RuleTerms {
  /** Null for a rule that an agent's own specification holds. */
  id: string | null;
  name: string;
  agentId: string | null;
}

/** What rules look at. */
export interface CallFacts {
  tool: string;
  risk: Risk;
  args: Record<string, unknown>;
  destination: string | null;
  agentId: string | null;
  /** Of the task tree so far; null when not all of it has a known price. */
  spentUsd: number | null;
}

export function isAbout(rule: PolicyRule, call: CallFacts): boolean {
  const doubt = rule.effect !== 'allow';
  return (
    (rule.agentId === null || rule.agentId === call.agentId) &&
    (rule.tool === null || fits(rule.tool, call.tool)) &&
    (rule.risk === null || risks.indexOf(call.risk) >= risks.indexOf(rule.risk)) &&
    (rule.destination === null || (call.destination !== null && fits(rule.destination, call.destination))) &&
    (rule.amount === null || reaches(rule.amount, call.args, doubt)) &&
    (rule.spentUsd === null || (call.spentUsd === null ? doubt : call.spentUsd >= rule.spentUsd)) &&
    (rule.when === null || holds(rule.when, call, doubt))
  );
}

/** Without regular expressions made of people's text: each part between stars is looked for after the one before. */
export function fits(glob: string, text: string): boolean {
  const [first = '', ...rest] = glob.toLowerCase().split('*');
  const said = text.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return said === first;
  if (!said.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = said.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return said.length - last.length >= at && said.endsWith(last);
}

function reaches(
  { argument, atLeast }: NonNullable<RuleTerms['amount']>,
  args: Record<string, unknown>,
  doubt: boolean,
): boolean {
  const value = at(args, argument);
  if (value === undefined || value === null) return false;
  const amount = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isNaN(amount) ? doubt : Math.abs(amount) >= atLeast;
}

function at(value: unknown, pointer: string): unknown {
  const path = pointer.split('/').slice(1);
  return path.reduce<unknown>((inner, part) => {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
      ? (inner as Record<string, unknown>)[key]
      : undefined;
  }, value);
}

/** Names that a condition may use. */
export const conditionNames = ['tool', 'risk', 'destination', 'agent', 'arguments', 'spentUsd'];

function holds(when: string, call: CallFacts, doubt: boolean): boolean {
  const seen = new WeakMap();
  const { tool, risk, destination, agentId: agent, args, spentUsd } = call;
  const values = { tool, risk, destination, agent, arguments: args, spentUsd };
  try {
    const bindings = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, jsonToCel(value, seen)]),
    );
    const value = compileExpression(when).evaluate(bindings);
    return typeof value === 'boolean' ? value : doubt;
  } catch {
    return doubt;
  }
}
