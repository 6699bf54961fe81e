import type { CreateToolServer, ToolServerTarget } from '../contracts/tool-server.ts';
import { AppError, type Problem } from '../errors.ts';

/** What is missing or too much is told before anybody is asked. @throws AppError invalid_request with every problem */
export function targetOf(wish: CreateToolServer): ToolServerTarget {
  switch (wish.kind) {
    case 'mcp_http':
      return { kind: 'mcp_http', url: wish.url, credential: wish.credential ?? null };
    case 'mcp_stdio':
      return { kind: 'mcp_stdio', command: wish.command, args: wish.args, env: wish.env };
    case 'openapi':
      return openApiTarget(wish);
  }
}

function openApiTarget(wish: Extract<CreateToolServer, { kind: 'openapi' }>): ToolServerTarget {
  const { url, document, baseUrl = '', credential = null, operations = null } = wish;
  const problems: Problem[] = [];
  if (url === undefined && document === undefined)
    problems.push({
      pointer: '/url',
      code: 'required',
      message: 'Say where the document is, or send it along.',
    });
  if (url !== undefined && document !== undefined)
    problems.push({
      pointer: '/document',
      code: 'not_allowed',
      message: 'Give an address or the document, not both.',
    });
  if (problems.length > 0)
    throw new AppError('invalid_request', 'The tool server cannot be added like this.', { problems });
  return { kind: 'openapi', url: url ?? null, baseUrl, credential, operations };
}
