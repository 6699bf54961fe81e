import * as z from 'zod';
import { NobodyAble } from './assignment.ts';
import { WaitingFor } from './status.ts';

/** Why something stands still, in words for people. It costs nothing meanwhile. What concerns the queue is told where one task is read. */
export const Waiting = z
  .object({
    for: WaitingFor,
    detail: z.string(),
    since: z.iso.datetime(),
    position: z.int().optional().describe('In the queue for a free agent; 1 is next'),
    nobodyAble: NobodyAble.optional(),
  })
  .meta({ id: 'Waiting' });
export type Waiting = z.infer<typeof Waiting>;

/** Where operations find it. `startedAt` is null until Temporal has it. */
export const TemporalLink = z
  .object({ workflowId: z.string(), url: z.string().nullable(), startedAt: z.iso.datetime().nullable() })
  .meta({ id: 'TemporalLink' });
export type TemporalLink = z.infer<typeof TemporalLink>;
