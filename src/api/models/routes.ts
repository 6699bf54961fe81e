import * as z from 'zod';
import { ModelView } from '../../contracts/model.ts';
import type { Door } from '../door/door.ts';
import { openRoute } from '../door/route.ts';
import { sendAnswer } from '../door/send-answer.ts';

/** The models that the workspace has; who knows them is handed in, since the API talks to no provider. */
export function modelRoutes(
  door: Door,
  listModels: (caller: { workspaceId: string }) => Promise<ModelView[]>,
): void {
  openRoute(
    door,
    {
      method: 'get',
      path: '/models',
      tag: 'models',
      summary: 'List models',
      reply: z.object({ items: z.array(ModelView) }),
    },
    async ({ response, caller }) =>
      sendAnswer(response, 200, { reply: { items: await listModels(caller) }, location: null, etag: null }),
  );
}
