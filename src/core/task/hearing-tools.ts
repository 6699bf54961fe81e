/**
 * Tools that come with hearing: an agent has them in the turns in which it hears messages, where they make sense. No agent's list gives or
 * takes them, and a plan is a Chief of Staff's alone.
 */
import type { TaskFacts } from './snapshot.ts';

export const revisePlanName = 'revise_plan';
export const withdrawQuestionName = 'withdraw_question';

export function isOfHearing(name: string): boolean {
  return name === revisePlanName || name === withdrawQuestionName;
}

/** The tools of an agent in this task, whatever its own list says of those that come with hearing. */
export function toolsInTask(
  tools: readonly string[],
  { role, conversationId }: Pick<TaskFacts, 'role' | 'conversationId'>,
): string[] {
  const own = tools.filter((name) => !isOfHearing(name));
  if (conversationId) return own;
  return role === 'chief_of_staff'
    ? [...own, withdrawQuestionName, revisePlanName]
    : [...own, withdrawQuestionName];
}
