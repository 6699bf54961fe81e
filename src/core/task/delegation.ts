/** A Master Operator that gives part of its work to another agent: the call waits until that task has ended. */
import type { Capability } from '../../contracts/agent.ts';
import { checkAgentStep } from '../workflow/check-agent-step.ts';
import type { World } from '../workflow/world.ts';
import type { EffectFacts, NewEffect, ReplyOutcome } from './snapshot.ts';

export const delegateTool = 'delegate';

/** Whether a reply wants a task below its own: by a delegation, or by a request to an agent. */
export function givesWork(effect: EffectFacts | undefined): boolean {
  const { toolCalls } = (effect?.outcome ?? {}) as Partial<ReplyOutcome>;
  return (
    Array.isArray(toolCalls) &&
    toolCalls.some(({ name, arguments: written }) => goalOf(name, written) !== null)
  );
}

/** The goals of the tasks that these calls would make; a call that makes no sense makes none. */
export function goalsGiven(effects: readonly NewEffect[]): string[] {
  return effects.flatMap(({ kind, purpose, input }) => {
    const goal = kind === 'tool' ? goalOf(purpose, input?.arguments) : null;
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

function goalOf(tool: string, written: unknown): string | null {
  if (tool !== delegateTool && tool !== 'send_message') return null;
  const args = objectOf(written);
  const goal = tool === delegateTool ? args.goal : asksAgent(args) ? args.text : null;
  return typeof goal === 'string' ? goal : null;
}

/** Anything else goes into the mailbox of somebody who is there. */
function asksAgent({ to, reply_to: replyTo, type = 'request' }: Record<string, unknown>): boolean {
  const named = typeof to === 'string' && to !== 'chief' && to !== 'person' && !to.startsWith('tsk_');
  return named && replyTo === undefined && type === 'request';
}

function objectOf(written: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(typeof written === 'string' ? written : '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
