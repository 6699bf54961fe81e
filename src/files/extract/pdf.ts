/**
 * PDF: one passage per paragraph, heading or table row, anchored at its page. A paragraph that runs over a page break
 * is one passage ("pages 3–4"), so that a quoted sentence is whole.
 */
import { readFile } from 'node:fs/promises';
import { getDocumentProxy } from 'unpdf';
import type { Anchor, Extraction } from '../../core/documents/passage.ts';
import { AppError } from '../../errors.ts';
import {
  cleanText,
  collectPassages,
  defaultLimits,
  type ExtractOptions,
  tooLarge,
  unreadable,
} from './extractor.ts';
import {
  bodySize,
  blocksOfPage,
  type PdfBlock,
  type PdfTextItem,
  withoutRunningLines,
  linesOf,
  type PdfLine,
} from './pdf-layout.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;

export async function extractPdf(path: string, options: ExtractOptions = {}): Promise<Extraction> {
  const limits = options.limits ?? defaultLimits;
  const pdf = await openPdf(path);
  try {
    if (pdf.numPages > limits.maxPages)
      throw tooLarge(`${pdf.numPages} pages; at most ${limits.maxPages} are read`);
    const pages: PdfLine[][] = [];
    for (let number = 1; number <= pdf.numPages; number += 1) {
      pages.push(await readPage(pdf, number));
      options.onProgress?.({ done: number, total: pdf.numPages, unit: 'pages' });
    }
    const collected = collectPassages(limits);
    let heading: string | undefined;
    const bare = withoutRunningLines(pages);
    const body = bodySize(bare.flat());
    for (const { block, first, last } of joinOverPages(bare.map((lines) => blocksOfPage(lines, body)))) {
      const text = cleanText(block.text);
      if (block.heading) heading = text;
      collected.add({ text, anchor: pageAnchor(first, last), ...(heading === undefined ? {} : { heading }) });
    }
    if (collected.passages.length === 0) {
      throw unreadable(`The PDF has no text on any page (${pdf.numPages} in all). It seems to be a scan.`);
    }
    const title = await titleOf(pdf);
    return { passages: collected.passages, meta: { pages: pdf.numPages, ...(title ? { title } : {}) } };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function openPdf(path: string): Promise<PdfDocument> {
  try {
    // verbosity 0: errors only. Forms made of scripts (XFA) are not built.
    return await getDocumentProxy(new Uint8Array(await readFile(path)), { verbosity: 0, enableXfa: false });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'PasswordException')
      throw new AppError('encrypted_file', 'The PDF is protected by a password.', { cause: error });
    throw unreadable('The PDF is damaged and cannot be read.', error);
  }
}

async function readPage(pdf: PdfDocument, number: number): Promise<PdfLine[]> {
  try {
    const page = await pdf.getPage(number);
    const content = await page.getTextContent();
    page.cleanup();
    return linesOf(content.items.filter((item): item is typeof item & PdfTextItem => 'str' in item));
  } catch (error) {
    throw unreadable(`Page ${number} of the PDF is damaged and cannot be read.`, error);
  }
}

interface PlacedBlock {
  block: PdfBlock;
  first: number;
  last: number;
}

function joinOverPages(pages: PdfBlock[][]): PlacedBlock[] {
  const placed: PlacedBlock[] = [];
  pages.forEach((blocks, index) => {
    blocks.forEach((block, place) => {
      const before = placed.at(-1);
      const goesOn = place === 0 && before && before.last === index && isUnfinished(before.block, block);
      if (goesOn) {
        before.block = { ...before.block, text: joinLines(before.block.text, block.text) };
        before.last = index + 1;
      } else {
        placed.push({ block, first: index + 1, last: index + 1 });
      }
    });
  });
  return placed;
}

function isUnfinished(before: PdfBlock, next: PdfBlock): boolean {
  if (before.heading || next.heading || before.tableRow || next.tableRow) return false;
  return !/[.!?:;"”’)]$/.test(before.text.trim()) && /^[\p{Ll}\d(]/u.test(next.text.trim());
}

function joinLines(a: string, b: string): string {
  return /\p{L}-$/u.test(a) && /^\p{Ll}/u.test(b) ? a.slice(0, -1) + b : `${a} ${b}`;
}

function pageAnchor(first: number, last: number): Anchor {
  return { kind: 'page', value: first, label: first === last ? `page ${first}` : `pages ${first}–${last}` };
}

async function titleOf(pdf: PdfDocument): Promise<string | undefined> {
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }));
  const title = (info as { Title?: unknown }).Title;
  return typeof title === 'string' && title.trim() !== '' ? cleanText(title).slice(0, 300) : undefined;
}
