import type { AgentSpec } from '../contracts/agent.ts';
import { checkRule } from '../core/policy/check-rule.ts';
import { AppError, type Problem } from '../errors.ts';

/** What the schema cannot say about an agent. */
export function checkAgent({
  capabilities,
  // Agents of before have none.
  approvalRules = [],
}: Pick<AgentSpec, 'capabilities'> & Partial<Pick<AgentSpec, 'approvalRules'>>): void {
  const seen = new Set<string>();
  const problems = capabilities.flatMap(({ name }, index): Problem[] => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = `The capability "${name}" is named twice.`;
    return [{ pointer: `/capabilities/${index}/name`, code: 'duplicate', message }];
  });
  problems.push(...approvalRules.flatMap((rule, i) => checkRule(rule, `/approvalRules/${i}`)));
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The agent is not well described.', { problems });
}
