/** A Master Operator that gives part of its work to another agent: the call waits until that task has ended. */
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

function goalOf(written: unknown): string | null {
  try {
    const value: unknown = JSON.parse(typeof written === 'string' ? written : '');
    const goal = (value as { goal?: unknown } | null)?.goal;
    return typeof goal === 'string' ? goal : null;
  } catch {
    return null;
  }
}
