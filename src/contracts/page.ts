import * as z from 'zod';

/** Query of every paged list. `orderBy` is `field` or `field desc`, several joined by commas. */
export const PageQuery = z.strictObject({
  filter: z.string().max(1000).optional().describe('CEL over the listed fields'),
  orderBy: z.string().max(200).optional(),
  pageSize: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .meta({ override: { type: 'integer' } }),
  pageToken: z.string().max(500).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

export interface Page<Item> {
  items: Item[];
  nextPageToken: string | null;
  totalSize: number;
}

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextPageToken: z.string().nullable(),
    totalSize: z.int(),
  });
}
