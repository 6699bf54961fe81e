import { createHash } from 'node:crypto';
import type { ServedCall } from './script.ts';

export interface ToolRuleOptions {
  /** So many tasks in a hundred call a tool in their first turn, if their agent has one of these. */
  toolsPerHundred: number;
  seed?: number | undefined;
}

/** Each with arguments that say whose call it is. */
const calls: Record<string, (who: string) => Record<string, unknown>> = {
  calculate: (who) => ({ expression: 'size(who) + 1', variables: { who } }),
  write_artifact: (who) => ({ name: `${who.slice(-8)}.md`, format: 'markdown', content: `# ${who}` }),
  remember: (who) => ({ text: `${who} prefers short sentences.`, for: 'agent' }),
  ask_person: (who) => ({ question: `What should ${who} mind?` }),
  ask_chief: (who) => ({ question: `Is there more that ${who} should know?` }),
};

/** A Chief of Staff that hears something changes its plan, and answers when that was taken down. */
function revision(call: ServedCall): { name: string; arguments: Record<string, unknown> } | null {
  const isTakenDown = /Noted\. What is at work|asked for already|there are no more|carried out any more/.test(
    call.text,
  );
  return isTakenDown ? null : { name: 'revise_plan', arguments: { reason: 'The price of delivery counts.' } };
}

/** Who hears a person while its own question is open may withdraw it, and answers then. */
function withdrawal(call: ServedCall): { name: string; arguments: Record<string, unknown> } | null {
  const isDone = /Withdrawn\. |No question of yours|Say which one|answered by now/.test(call.text);
  return isDone ? null : { name: 'withdraw_question', arguments: { reason: 'It was said meanwhile.' } };
}

/** A tool call as a function of the call's key alone, so that a repeated request is answered the same. */
export function toolCallFor(
  call: ServedCall,
  { toolsPerHundred, seed = 0 }: ToolRuleOptions,
): { name: string; arguments: Record<string, unknown> } | null {
  const [task = '', , turn] = call.callKey?.split('/') ?? [];
  if (call.outputSchema) return null;
  const chance = createHash('sha256').update(`${seed} ${call.callKey}`).digest().readUInt32BE(0);
  const isMeant = chance % 100 < toolsPerHundred;
  if (call.toolNames.includes('revise_plan')) return isMeant ? revision(call) : null;
  if (call.toolNames.includes('withdraw_question')) return isMeant ? withdrawal(call) : null;
  if (turn !== '1') return null;
  const offered = Object.keys(calls).filter((name) => call.toolNames.includes(name));
  const name = offered[(chance >>> 8) % Math.max(1, offered.length)];
  if (!name || !isMeant) return null;
  return { name, arguments: calls[name]?.(task) ?? {} };
}
