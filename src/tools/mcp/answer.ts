import type { CallToolResult } from '@modelcontextprotocol/client';
import type { ToolAnswer } from '../tool.ts';

export const answerLimits = { characters: 300_000 } as const;

/** What an MCP tool gives back: its texts for the model, its structured content for programs. Pictures and sound are named, not shown. */
export function answerOf({ content, structuredContent, isError }: CallToolResult): ToolAnswer {
  const parts = content.map(textOf).filter((text) => text !== '');
  const whole =
    parts.length > 0 ? parts.join('\n\n') : structuredContent ? JSON.stringify(structuredContent) : '';
  const text = whole.slice(0, answerLimits.characters).toWellFormed();
  const more = text.length < whole.length ? '\n\n[There is more; it was cut here.]' : '';
  return {
    text: text === '' ? '(no answer)' : `${text}${more}`,
    ...(isError ? { isError: true } : {}),
    data: structuredContent ?? text,
  };
}

function textOf(block: CallToolResult['content'][number]): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image':
    case 'audio':
      return `[${block.type}, ${block.mimeType}, ${Math.floor((block.data.length * 3) / 4)} bytes]`;
    case 'resource_link':
      return `[${block.name}](${block.uri})`;
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[resource ${block.resource.uri}]`;
    default:
      return '';
  }
}
