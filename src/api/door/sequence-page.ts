import * as z from 'zod';
import type { Page } from '../../contracts/page.ts';
import { PageQuery } from '../../contracts/page.ts';

/** Query of lists that are numbered: the token is the last number that was seen. */
export const SequenceQuery = PageQuery.pick({ pageSize: true }).extend({
  pageToken: z
    .string()
    .regex(/^\d{1,9}$/, 'Not a page token of this list.')
    .optional(),
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(999_999_999)
    .optional()
    .meta({ override: { type: 'integer' }, description: 'Only what comes after this number' }),
});
export type SequenceQuery = z.infer<typeof SequenceQuery>;

/** One row more than a page is asked for, to know whether there is a next page. */
export function windowOf({ pageSize, pageToken, after = 0 }: SequenceQuery): {
  after: number;
  limit: number;
} {
  return { after: pageToken === undefined ? after : Number(pageToken), limit: pageSize + 1 };
}

export function sequencePage<Item>(
  { pageSize }: SequenceQuery,
  { items, total, numberOf }: { items: Item[]; total: number; numberOf: (item: Item) => number },
): Page<Item> {
  const shown = items.slice(0, pageSize);
  const last = items.length > pageSize ? shown.at(-1) : undefined;
  return {
    items: shown,
    nextPageToken: last === undefined ? null : String(numberOf(last)),
    totalSize: total,
  };
}
