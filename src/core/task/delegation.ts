/** A Master Operator that gives part of its work to another agent: the call waits until that task has ended. */
import type { Capability } from '../../contracts/agent.ts';
import { checkAgentStep } from '../workflow/check-agent-step.ts';
import type { World } from '../workflow/world.ts';
import type { EffectFacts, NewEffect, ReplyOutcome } from './snapshot.ts';

export const delegateTool = 'delegate';

/** Whether a reply asks for it. */
export function delegates(effect: EffectFacts | undefined): boolean {
  const { toolCalls } = (effect?.outcome ?? {}) as Partial<ReplyOutcome>;
  return Array.isArray(toolCalls) && toolCalls.some(({ name }) => name === delegateTool);
}

/** The goals that these calls would give on; a call that makes no sense gives none. */
export function delegatedGoals(effects: readonly NewEffect[]): string[] {
  return effects.flatMap(({ purpose, input }) => {
    if (purpose !== delegateTool) return [];
    const goal = goalOf(input?.arguments);
    return goal === null ? [] : [goal];
  });
}

/** What is wrong with the tools that a delegated task cannot be done without, as for a step of a plan; null when nothing is. */
export function toolProblems(
  given: { agentId: string | null; requires: readonly Capability[]; tools: readonly string[] },
  world: Pick<World, 'agents' | 'tools'>,
): string | null {
  const requires = given.requires.map(({ name, level }) => ({ capability: name, level }));
  const problems = checkAgentStep({ with: { ...given, requires } }, world, []);
  const ofTools = problems.filter(({ pointer }) => pointer.startsWith('/tools'));
  return ofTools.length === 0
    ? null
    : ofTools.map(({ pointer, message }) => `${pointer}: ${message}`).join('\n');
}

function goalOf(written: unknown): string | null {
  try {
    const value: unknown = JSON.parse(typeof written === 'string' ? written : '');
    const goal = (value as { goal?: unknown } | null)?.goal;
    return typeof goal === 'string' ? goal : null;
  } catch {
    return null;
  }
}
