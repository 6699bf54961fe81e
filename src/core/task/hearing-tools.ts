/**
 * Tools that come with hearing: an agent has them in the turns in which it hears messages, where they make sense. No agent's list gives or
 * takes them, and a plan is a Chief of Staff's alone. Who may write messages may take back what it asked at any time.
 */
import type { TaskFacts } from './snapshot.ts';

export const revisePlanName = 'revise_plan';
export const withdrawQuestionName = 'withdraw_question';

export function isOfHearing(name: string): boolean {
  return name === revisePlanName || name === withdrawQuestionName;
}

/** Those of them that an agent has at every turn, so that its prompts stay the same. */
export function isAlwaysThere(
  name: string,
  { tools, conversationId }: { tools: readonly string[]; conversationId: string | null | undefined },
): boolean {
  return name === withdrawQuestionName && tools.includes('send_message') && !conversationId;
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
