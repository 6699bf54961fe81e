// An answer with nothing left to guess, and what each protocol makes of it.
import type { Usage } from '../../../src/models/port.ts';
import type { Answer, SearchAnswer, ServedCall } from './script.ts';

export interface Reply {
  usage: Usage;
  /** Server-sent events, each whole, in order. */
  events: string[];
  body: unknown;
}

/** An answer with nothing left to guess. */
export interface WholeAnswer {
  text: string;
  pieces: string[];
  toolCalls: { id: string; name: string; arguments: string }[];
  stop: 'end' | 'length' | 'tools' | 'refused';
  thinking: { text: string; signature: string } | null;
  usage: Usage;
  noUsage: boolean;
  search: SearchAnswer | null;
}

function tokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

export function piecesOf(text: string, size: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  return pieces;
}

export function wholeAnswer(call: ServedCall, answer: Answer): WholeAnswer {
  const text = answer.json === undefined ? (answer.text ?? '') : JSON.stringify(answer.json);
  const toolCalls = (answer.toolCalls ?? []).map((each, index) => ({
    id: each.id ?? `call_${call.id}_${index}`,
    name: each.name,
    arguments: typeof each.arguments === 'string' ? each.arguments : JSON.stringify(each.arguments),
  }));
  if (answer.search && !call.searches) throw new Error('A search is planned for a request that offers none.');
  const written = text + toolCalls.map((each) => each.arguments).join('');
  return {
    text,
    pieces: piecesOf(text, answer.chunkSize ?? 20),
    toolCalls,
    stop: answer.stop ?? (toolCalls.length > 0 ? 'tools' : 'end'),
    thinking: answer.thinking ?? null,
    usage: {
      inputTokens: tokens(call.system + call.text),
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: tokens(written),
      reasoningTokens: 0,
      ...answer.usage,
    },
    noUsage: answer.noUsage ?? false,
    search: answer.search ?? null,
  };
}
