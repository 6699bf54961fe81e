import * as z from 'zod';

/** A place in a file that can be cited. */
export const Anchor = z.object({
  kind: z.enum(['page', 'paragraph', 'row', 'line', 'heading']),
  value: z.union([z.number(), z.string()]),
  label: z.string().describe('As people read it: "page 3", "row 17", "clause 4.2"'),
});
export type Anchor = z.infer<typeof Anchor>;

/** A stretch of a document: its own text, word for word, and its place. */
export interface Passage {
  /** Place in the document's reading order, from 1. */
  n: number;
  text: string;
  anchor: Anchor;
  /** The heading that it stands under, where the format tells. */
  heading?: string;
}

export const PassageView = z
  .object({ n: z.int().describe('Place in the reading order, from 1'), text: z.string(), anchor: Anchor })
  .meta({ id: 'Passage' });
export type PassageView = z.infer<typeof PassageView>;
