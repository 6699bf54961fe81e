/** Entries of a transcript as a model is shown them. */
import { estimateTokens } from './estimate-tokens.ts';

/** The frame that providers put around each message. */
const tokensOfFrame = 4;

export interface ShownMessage {
  role: 'user' | 'assistant' | 'tool';
  [key: string]: unknown;
}

export function tokensOfContent(content: Record<string, unknown>, count = estimateTokens): number {
  const { text, toolCalls, carry } = content;
  const carried = (carry as { content?: unknown } | null | undefined)?.content;
  if (carried) return tokensOfFrame + count(JSON.stringify(carried));
  const calls = Array.isArray(toolCalls) && toolCalls.length > 0 ? JSON.stringify(toolCalls) : '';
  return tokensOfFrame + count(typeof text === 'string' ? text : '') + count(calls);
}

/** Of an entry, for the packer and for people: no model sees them. */
const unseen = new Set(['must', 'left', 'result', 'stopped']);

export function toShownMessage(
  role: ShownMessage['role'],
  content: Record<string, unknown>,
  text?: string,
): ShownMessage {
  const seen = Object.fromEntries(Object.entries(content).filter(([name]) => !unseen.has(name)));
  return { ...seen, role, ...(text === undefined ? {} : { text }) };
}
