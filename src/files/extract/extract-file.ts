import type { Extraction } from '../../core/documents/passage.ts';
import type { FileKind } from '../sniff.ts';
import { extractCsv } from './csv.ts';
import { extractDocx } from './docx.ts';
import type { ExtractOptions, Extractor } from './extractor.ts';
import { extractImage } from './image.ts';
import { extractMarkdown } from './markdown.ts';
import { extractPdf } from './pdf.ts';
import { extractText } from './text.ts';

const extractors: Record<FileKind, Extractor> = {
  text: extractText,
  markdown: extractMarkdown,
  csv: extractCsv,
  pdf: extractPdf,
  docx: extractDocx,
  image: extractImage,
};

/** Reads in this process. Files of strangers go through `extractInChild`, which survives them. */
export function extractFile(kind: FileKind, path: string, options: ExtractOptions = {}): Promise<Extraction> {
  return extractors[kind](path, options);
}
