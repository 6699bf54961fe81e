import * as z from 'zod';
import type { ToolsOf } from '../../commands/tools-of.ts';
import { type ToolCard, ToolView } from '../../contracts/tool-card.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';

export function toolRoutes(door: Door, toolsOf: ToolsOf): void {
  route(
    door,
    {
      method: 'get',
      path: '/tools',
      tag: 'tools',
      summary: 'List the tools that agents may be given',
      reply: z.object({ items: z.array(ToolView) }).meta({ id: 'Tools' }),
    },
    { handle: async ({ tx }) => ({ items: (await toolsOf(tx)).map(presentTool) }) },
  );
}

function presentTool({ name, description, parameters, risk, effect, timeoutMs, origin }: ToolCard): ToolView {
  return { name, description, parameters, risk, effect, timeoutMs, origin: origin ?? 'built in' };
}
