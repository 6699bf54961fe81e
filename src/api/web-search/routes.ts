import type { LaunchDesk } from '../../commands/forecast-task.ts';
import type { ToolsOf } from '../../commands/tools-of.ts';
import { WebSearch } from '../../contracts/web-search.ts';
import { createSealer, type Sealer } from '../../db/seal.ts';
import { readWebSearchers } from '../../db/web-searchers.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';

/** Models, tools and keys are handed in, since the API talks to no provider. */
export interface WebSearchDesk {
  models: LaunchDesk['models'];
  toolsOf: ToolsOf;
  sealer: Sealer | undefined;
}

export function webSearchRoutes(
  door: Door,
  { models, toolsOf, sealer = createSealer([]) }: WebSearchDesk,
): void {
  route(
    door,
    {
      method: 'get',
      path: '/web-search',
      tag: 'tools',
      summary: 'List who searches the web',
      description:
        'Model providers with a search of their own and search services by key, in the order in which they are asked, and why one could not be asked now. `PATCH /workspace` sets the order (`webSearch`).',
      reply: WebSearch,
    },
    {
      handle: async ({ tx }) => {
        const { candidates, reserve } = await models(tx);
        return readWebSearchers(tx, {
          models: candidates,
          worst: (request, promptTokens) => reserve(request, promptTokens).microUsd,
          tools: await toolsOf(tx),
          sealer,
        });
      },
    },
  );
}
