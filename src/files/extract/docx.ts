/**
 * DOCX: one passage per paragraph, list item or table row, anchored at its clause where the document numbers its
 * clauses (by Word's own numbering or typed by hand), else at its paragraph, and carrying its heading.
 */
import mammoth from 'mammoth';
import type { Extraction } from '../../core/documents/passage.ts';
import { assertUnpacksWithin } from '../zip-size.ts';
import { createClauseCounter } from './docx-clauses.ts';
import { type DocxNode, textOf } from './docx-nodes.ts';
import { cleanText, collectPassages, defaultLimits, type ExtractOptions, unreadable } from './extractor.ts';

export async function extractDocx(path: string, options: ExtractOptions = {}): Promise<Extraction> {
  const limits = options.limits ?? defaultLimits;
  await assertUnpacksWithin(path, limits.maxUnpackedBytes);
  const document = await readModel(path);
  const collected = collectPassages(limits);
  const clauses = createClauseCounter();
  let paragraphs = 0;
  let heading: string | undefined;
  let title: string | undefined;

  const addParagraph = (node: DocxNode) => {
    const typed = cleanText(textOf(node));
    if (typed === '') return;
    paragraphs += 1;
    const clause = clauses.next(node, typed);
    const isHeading = /^(?:heading \d|title)$/i.test(node.styleName ?? '');
    if (/^title$/i.test(node.styleName ?? '')) title ??= clause.text;
    if (isHeading) heading = clause.text;
    collected.add({
      text: clause.text,
      anchor: clause.anchor ?? { kind: 'paragraph', value: paragraphs, label: `paragraph ${paragraphs}` },
      ...(heading === undefined ? {} : { heading }),
    });
  };
  const addRow = (row: DocxNode) => {
    const cells = (row.children ?? []).map((cell) => cleanText(textOf(cell))).filter((cell) => cell !== '');
    if (cells.length === 0) return;
    paragraphs += 1;
    collected.add({
      text: cells.join(' | '),
      anchor: clauses.current() ?? { kind: 'paragraph', value: paragraphs, label: `paragraph ${paragraphs}` },
      ...(heading === undefined ? {} : { heading }),
    });
  };
  const walk = (node: DocxNode): void => {
    if (node.type === 'paragraph') addParagraph(node);
    else if (node.type === 'tableRow') addRow(node);
    else node.children?.forEach(walk);
  };
  walk(document);
  options.onProgress?.({ done: paragraphs, total: paragraphs, unit: 'parts' });
  if (collected.passages.length === 0) throw unreadable('The document contains no text.');
  return { passages: collected.passages, meta: { paragraphs, ...(title ? { title } : {}) } };
}

/** mammoth's own model of the document, before it becomes HTML: there the numbering can still be seen. */
async function readModel(path: string): Promise<DocxNode> {
  let model: DocxNode | undefined;
  try {
    await mammoth.convertToHtml(
      { path },
      {
        externalFileAccess: false,
        convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
        transformDocument: (document: DocxNode) => {
          model = document;
          return { ...document, children: [] };
        },
      },
    );
  } catch (error) {
    throw unreadable('The document is damaged and cannot be read.', error);
  }
  if (!model) throw unreadable('The document is damaged and cannot be read.');
  return model;
}
