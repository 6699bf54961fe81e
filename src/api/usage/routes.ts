import * as z from 'zod';
import { idSchema } from '../../contracts/ids.ts';
import { ModelCallView, UsageLine, UsageQuery } from '../../contracts/task-views.ts';
import { costOf } from '../../db/cost-reads.ts';
import { readUsage } from '../../db/ledger-reads.ts';
import { readModelCall } from '../../db/model-call-reads.ts';
import { notFound } from '../../errors.ts';
import type { Door } from '../door/door.ts';
import { route } from '../door/route.ts';
import { presentModelCall } from './present-model-call.ts';

export function usageRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/usage',
      tag: 'usage',
      summary: 'What model calls cost, grouped',
      query: UsageQuery,
      reply: z.object({ items: z.array(UsageLine) }),
    },
    {
      handle: async ({ tx, query }) => ({
        items: (await readUsage(tx, query)).map((row) => ({
          key: row.key,
          label: row.label,
          cost: costOf(row),
        })),
      }),
    },
  );
  route(
    door,
    {
      method: 'get',
      path: '/model-calls/{callId}',
      tag: 'usage',
      summary: 'Read a model call word for word',
      params: z.object({ callId: idSchema('modelCall') }),
      reply: ModelCallView,
    },
    {
      handle: async ({ tx, params: { callId } }) => {
        const found = await readModelCall(tx, callId);
        if (!found) throw notFound('model call', callId);
        return presentModelCall(found);
      },
    },
  );
}
