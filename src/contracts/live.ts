import * as z from 'zod';

/** What travels over Socket.IO (docs: live feed). */
const StreamName = z
  .string()
  .max(80)
  .regex(
    /^(workspace|(task|run|conversation|agent|file|tree)\/[a-z]{3}_[0-9a-z]{26})$/,
    'Not the name of a stream.',
  );

export const Subscribe = z.strictObject({
  stream: StreamName,
  after: z.union([z.int().min(0), z.string().max(100)]).optional(),
});
export type Subscribe = z.infer<typeof Subscribe>;

export const Unsubscribe = z.strictObject({ stream: StreamName });
export type Unsubscribe = z.infer<typeof Unsubscribe>;

/** `head` is the last sequence number (or cursor, for a relay) at the moment of joining. */
export type SubscribeAck =
  | { ok: true; head: number | string }
  | { ok: false; problem: { code: string; detail: string } };

/** Text of a model call while it is being written. A higher `try` replaces what came before; `offset` counts characters. */
export interface Tokens {
  stream: string;
  callId: string;
  try: number;
  offset: number;
  text: string;
}

/** The backlog is done, from here it is live. `seq` is the cursor for a relay. */
export interface CaughtUp {
  stream: string;
  seq: number | string;
}

/** The server stops: come back after this time, and say the last thing you saw. */
export interface GoingAway {
  retryMs: number;
}
