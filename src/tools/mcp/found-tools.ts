import type { Tool as McpTool } from '@modelcontextprotocol/client';
import type { FoundTool } from '../../contracts/tool-server.ts';
import { unstorable } from '../../contracts/storable.ts';
import { toolServerLimits } from '../../core/tool-servers.ts';

/** What an MCP server lists, as tools; what cannot even be stored is as if it were not there. What it says of its effects is believed as far as a person accepts it. */
export function foundTools(listed: readonly McpTool[]): FoundTool[] {
  const names = new Set<string>();
  return listed.slice(0, toolServerLimits.tools).flatMap((tool) => {
    if (names.has(tool.name)) return [];
    names.add(tool.name);
    const found = foundTool(tool);
    return unstorable(found).length === 0 ? [found] : [];
  });
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
