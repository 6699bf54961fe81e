import * as z from 'zod';

/** A piece of a file's text with the place that people cite. */
export const PassageView = z
  .object({
    n: z.int().describe('Position in the file, from 0'),
    text: z.string(),
    anchor: z.object({
      kind: z.enum(['page', 'paragraph', 'row', 'line', 'heading']),
      value: z.union([z.number(), z.string()]),
      label: z.string().describe('As people read it: "page 3", "row 17", "clause 4.2"'),
    }),
  })
  .meta({ id: 'Passage' });
export type PassageView = z.infer<typeof PassageView>;
