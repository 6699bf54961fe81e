import type { Tool as McpTool } from '@modelcontextprotocol/client';
import type { FoundTool } from '../../contracts/tool-server.ts';
import { unstorable } from '../../contracts/storable.ts';
import { toolServerLimits } from '../../core/tool-servers.ts';

export interface Listing {
  tools: FoundTool[];
  /** For people: what the server lists and is not here; null: nothing. */
  notice: string | null;
}

/** What an MCP server lists, as tools. What it says of its effects is believed as far as a person accepts it. */
export function foundTools(listed: readonly McpTool[]): Listing {
  const names = new Set<string>();
  const usable = listed.map(foundTool).filter((tool) => {
    const odd = names.has(tool.name) || unstorable(tool).length > 0;
    names.add(tool.name);
    return !odd;
  });
  const tools = usable.slice(0, toolServerLimits.tools);
  return { tools, notice: noticeOf({ listed: listed.length, usable, tools }) };
}

interface Taken {
  listed: number;
  usable: FoundTool[];
  tools: FoundTool[];
}

function noticeOf({ listed, usable, tools }: Taken): string | null {
  const odd = listed - usable.length;
  const next = usable[tools.length];
  const more =
    next &&
    `It lists ${listed} tools and the first ${tools.length} are here: what comes from "${next.name}" on is not. Have it list those that are needed first, or fewer.`;
  const left =
    odd > 0 && `Of those that it lists, ${odd} have a name twice or cannot be stored, and are not here.`;
  return [more, left].filter((sentence) => sentence).join(' ') || null;
}

function foundTool({ name, title, description, inputSchema, annotations = {} }: McpTool): FoundTool {
  const { readOnlyHint = false, destructiveHint = true, idempotentHint = false } = annotations;
  const words = description ?? title ?? annotations.title ?? name;
  // `$schema` names the dialect alone, and not every checker knows every one.
  const { $schema: _dialect, ...parameters } = inputSchema as Record<string, unknown>;
  return {
    name,
    description: words.slice(0, toolServerLimits.descriptionCharacters).toWellFormed(),
    parameters,
    risk: readOnlyHint ? 'low' : destructiveHint ? 'high' : 'medium',
    effect: readOnlyHint ? 'none' : idempotentHint ? 'keyed' : 'at_most_once',
  };
}
