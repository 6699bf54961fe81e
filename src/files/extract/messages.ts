/** What the extracting child says to its parent, in this order: progress …, passages …, then one of done and failed. */
import type { ExtractionMeta, Passage } from '../../core/documents/passage.ts';
import type { ErrorCode } from '../../errors.ts';
import type { FileKind } from '../sniff.ts';
import type { ExtractLimits, ExtractProgress } from './extractor.ts';

export interface ExtractOrder {
  path: string;
  kind: FileKind;
  limits: ExtractLimits;
}

export type ExtractMessage =
  | { type: 'ready' }
  | { type: 'progress'; progress: ExtractProgress }
  | { type: 'passages'; passages: Passage[] }
  | { type: 'done'; meta: ExtractionMeta }
  | { type: 'failed'; code: ErrorCode; message: string };
