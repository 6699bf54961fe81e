/** A message or a reply as text: its words when it has them, and the calls of tools that it asks for. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const { text, toolCalls } = (content ?? {}) as { text?: unknown; toolCalls?: unknown };
  const calls = Array.isArray(toolCalls)
    ? (toolCalls as { name?: string; arguments?: string }[]).map(
        ({ name, arguments: given }) => `${name}(${given ?? ''})`,
      )
    : [];
  if (typeof text === 'string') return [text, ...calls].filter((part) => part !== '').join('\n');
  return JSON.stringify(content, null, 2);
}
