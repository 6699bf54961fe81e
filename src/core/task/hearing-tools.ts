/**
 * Tools that come with hearing: a Chief of Staff has them in the turns in which it hears messages, where they make sense. No agent's list
 * gives or takes them.
 */
import type { TaskFacts } from './snapshot.ts';

export const revisePlanName = 'revise_plan';
export const withdrawQuestionName = 'withdraw_question';

const ofHearing = [revisePlanName, withdrawQuestionName];

export function isOfHearing(name: string): boolean {
  return ofHearing.includes(name);
}

/** The tools of an agent in this task, whatever its own list says of those that come with hearing. */
export function toolsInTask(
  tools: readonly string[],
  { role, conversationId }: Pick<TaskFacts, 'role' | 'conversationId'>,
): string[] {
  const own = tools.filter((name) => !isOfHearing(name));
  return role === 'chief_of_staff' && !conversationId ? [...own, ...ofHearing] : own;
}
