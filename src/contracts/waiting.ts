import * as z from 'zod';
import { WaitingFor } from './status.ts';

/** Why something stands still, in words for people. It costs nothing meanwhile. */
export const Waiting = z
  .object({ for: WaitingFor, detail: z.string(), since: z.iso.datetime() })
  .meta({ id: 'Waiting' });
export type Waiting = z.infer<typeof Waiting>;

/** Where operations find it. `startedAt` is null until Temporal has it. */
export const TemporalLink = z
  .object({ workflowId: z.string(), url: z.string().nullable(), startedAt: z.iso.datetime().nullable() })
  .meta({ id: 'TemporalLink' });
export type TemporalLink = z.infer<typeof TemporalLink>;
