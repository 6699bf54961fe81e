import * as z from 'zod';
import { EventEnvelope } from '../contracts/event.ts';

/** What travels through Redis. Parsed where it comes in: another version of the product may be on the other side. */
export const Notice = z.object({
  workspaceId: z.string(),
  events: z.array(EventEnvelope),
  /** Task trees that the events belong to. */
  rootTaskIds: z.array(z.string()),
});
export type Notice = z.infer<typeof Notice>;

export const TokenNotice = z.object({
  stream: z.string(),
  rootTaskId: z.string().nullable(),
  callId: z.string(),
  try: z.int(),
  /** Characters before `text`. */
  offset: z.int(),
  text: z.string(),
  /** The call is over: its text is stored now. */
  end: z.boolean(),
});
export type TokenNotice = z.infer<typeof TokenNotice>;

export const CancelNotice = z.object({ id: z.string() });
export type CancelNotice = z.infer<typeof CancelNotice>;

export const channels = { notices: 'notices', tokens: 'tokens', cancels: 'cancels' } as const;
export type Channel = keyof typeof channels;

/** What became visible with one commit; the record rings the bell with it (src/db/record.ts has the same shape). */
export interface Committed extends Notice {
  outboxIds: string[];
  /** Tasks whose work under way is to be aborted at once. */
  stopIds: string[];
}

export interface Bell {
  ring(facts: Committed): void;
}
