import * as z from 'zod';

/** What stops work that goes round in circles. Each can be lifted by a person for one task. */
export const GuardName = z.enum(['turns', 'time', 'depth', 'fan_out', 'same_action', 'same_goal', 'hops']);
export type GuardName = z.infer<typeof GuardName>;

/** A guard that holds a task up. */
export const TrippedGuard = z
  .object({
    guard: GuardName,
    detail: z.string(),
    allowances: z
      .int()
      .min(1)
      .optional()
      .describe('How many it takes to go on, which is what lifting it gives; absent: one'),
  })
  .meta({ id: 'TrippedGuard' });
export type TrippedGuard = z.infer<typeof TrippedGuard>;

/** How many allowances of which guard a person has given a task. */
export type LiftedGuards = Partial<Record<GuardName, number>>;

export const LiftGuard = z
  .strictObject({
    guard: GuardName.optional().describe('The one that is believed to hold it up; another one is refused'),
    note: z.string().trim().max(2_000).optional(),
  })
  .meta({ id: 'LiftGuard' });
export type LiftGuard = z.infer<typeof LiftGuard>;
