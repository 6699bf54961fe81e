// Where Anthropic keeps what it has read, so that the next turn pays a tenth for it: at most four marks. A mark costs a quarter more for
// what is new before it, so the conversation is marked only when more turns are to come, which is when there are tools.
import type Anthropic from '@anthropic-ai/sdk';

type Block = Anthropic.ContentBlockParam;

const mark = { type: 'ephemeral' } as const;

/** Covers the tools too, which stand before it. The same for all tasks of an agent. */
export function markedSystem(system: string): Anthropic.TextBlockParam[] {
  return [{ type: 'text', text: system, cache_control: mark }];
}

/**
 * The beginning, which stays when turns fall out; the end, for the next turn; and the end of the last turn, which a prompt with many new
 * blocks would not find by itself. Answers are never marked: they go back as they came.
 */
export function markConversation(messages: Anthropic.MessageParam[]): Anthropic.MessageParam[] {
  const ours = messages.flatMap(({ role }, place) => (role === 'user' ? [place] : []));
  const marked = new Set([ours[0], ours.at(-2), ours.at(-1)]);
  return messages.map((message, place) =>
    message.role === 'user' && marked.has(place) && Array.isArray(message.content)
      ? { ...message, content: withMark(message.content as Block[]) }
      : message,
  );
}

function withMark(blocks: Block[]): Block[] {
  return blocks.map((block, place) =>
    place === blocks.length - 1 ? ({ ...block, cache_control: mark } as Block) : block,
  );
}
