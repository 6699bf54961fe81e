import type { Passage } from '../../contracts/passage.ts';

/**
 * A passage is a stretch of a document that can be cited: its own text, word for word, and its place.
 * What reads documents makes passages; everything that quotes, ranks or checks works on passages only.
 */
export type { Anchor, Passage } from '../../contracts/passage.ts';

export interface ExtractionMeta {
  pages?: number;
  rows?: number;
  lines?: number;
  paragraphs?: number;
  encoding?: string;
  /** CSV: one entry per column, in the file's order. */
  columns?: ColumnSummary[];
  title?: string;
}

export interface ColumnSummary {
  name: string;
  kind: 'number' | 'date' | 'category' | 'text' | 'empty';
  filled: number;
  /** Categories: the distinct values with their counts, most frequent first (at most 12). */
  values?: { value: string; count: number }[];
  /** Numbers and dates: smallest and largest, as written in the file. */
  min?: string;
  max?: string;
}

export interface Extraction {
  passages: Passage[];
  meta: ExtractionMeta;
}

/** A document as the pure parts see it. */
export interface SourceFile {
  fileId: string;
  name: string;
  passages: Passage[];
}
