import * as z from 'zod';
import { setModel, unsetModel } from '../../commands/set-model.ts';
import { ModelView, SetModel } from '../../contracts/model.ts';
import { ProviderName } from '../../contracts/provider.ts';
import type { Door } from '../door/door.ts';
import { openRoute, route } from '../door/route.ts';
import { sendAnswer } from '../door/send-answer.ts';

const tag = 'models';
const params = z.object({
  provider: ProviderName,
  model: z.string().min(1).max(200).describe('A slash in it is written %2F'),
});

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
      tag,
      summary: 'List models',
      description: 'With the prices of today, what each is fit for, and how its provider is right now.',
      reply: z.object({ items: z.array(ModelView) }),
    },
    async ({ response, caller }) =>
      sendAnswer(response, 200, { reply: { items: await listModels(caller) }, location: null, etag: null }),
  );

  route(
    door,
    {
      method: 'put',
      path: '/models/{provider}/{model}',
      tag,
      summary: 'Say what a model costs and can, instead of the catalogue',
      description:
        'Counts for this workspace from the next call on; calls that were made keep the price that they were booked with. What is left out stays as it is in the catalogue. Owners only.',
      params,
      body: SetModel,
      reply: SetModel,
      errors: ['forbidden'],
    },
    {
      handle: async ({ tx, caller, params: { provider, model }, body }) => {
        await setModel(tx, caller, { provider, model, entry: body });
        return body;
      },
    },
  );

  route(
    door,
    {
      method: 'delete',
      path: '/models/{provider}/{model}',
      tag,
      summary: 'Let the catalogue count again for a model',
      params,
      status: 204,
      errors: ['forbidden'],
    },
    { handle: ({ tx, caller, params: name }) => unsetModel(tx, caller, name) },
  );
}
