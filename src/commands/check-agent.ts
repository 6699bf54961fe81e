import type { AgentSpec } from '../contracts/agent.ts';
import { AppError, type Problem } from '../errors.ts';

/** What the schema cannot say about an agent. */
export function checkAgent({ capabilities }: Pick<AgentSpec, 'capabilities'>): void {
  const seen = new Set<string>();
  const problems = capabilities.flatMap(({ name }, index): Problem[] => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = `The capability "${name}" is named twice.`;
    return [{ pointer: `/capabilities/${index}/name`, code: 'duplicate', message }];
  });
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The agent is not well described.', { problems });
}
