/**
 * Reviews a text against the documents it was made from, whoever wrote it: the assembled memo and a large model's alike.
 *
 * 1. Every quote stands word for word in a document, and where a place is given, at that place.
 * 2. Every figure stands in a passage that its section cites, or, where the section cites none, in some document.
 * 3. No sentence is there twice.
 * 4. If there are two documents or more, at least two are named.
 *
 * Numbers of lists, headings and places ("page 3"), and figures of the goal itself, are no claims.
 */
import type { Problem } from '../../errors.ts';
import { citationsIn, withoutCitations } from './citations.ts';
import { unescapeMarkdown } from './markdown-text.ts';
import type { Passage, SourceFile } from './passage.ts';
import { splitSentences } from './sentences.ts';
import { figuresOf } from './words.ts';
import { headOf } from '../context/clip.ts';

export interface CheckMemoInput {
  markdown: string;
  files: SourceFile[];
  /** Figures that the goal names ("the 3 biggest risks", "for 2027") may be repeated. */
  goal?: string;
}

export type MemoProblemCode =
  | 'quote_not_found'
  | 'quote_not_at_its_place'
  | 'figure_without_source'
  | 'repeated_sentence'
  | 'too_few_documents'
  | 'empty';

/** `pointer` names the section: `/0` is what stands above the first heading. No problems: an empty list. */
export function checkMemo({ markdown: given, files, goal }: CheckMemoInput): Problem[] {
  const markdown = unescapeMarkdown(given);
  if (markdown.trim() === '') return [{ pointer: '', code: 'empty', message: 'The text is empty.' }];
  const sections = sectionsOf(markdown);
  const asked = new Set(figuresOf(goal ?? ''));
  return [
    ...sections.flatMap((section, index) => [
      ...quoteProblems(section, index, files),
      ...figureProblems(section, index, { files, given: asked }),
    ]),
    ...repeats(sections.map((section) => withoutCitations(section, files))),
    ...documentProblems(markdown, files),
  ];
}

function problem(pointer: string, code: MemoProblemCode, message: string): Problem {
  return { pointer, code, message };
}

function sectionsOf(markdown: string): string[] {
  return markdown.split(/^(?=#{1,6}\s)/m).filter((section) => section.trim() !== '');
}

function quoteProblems(section: string, index: number, files: SourceFile[]): Problem[] {
  const cited = citationsIn(section, files).flatMap((citation) => citation.passages);
  return quotesIn(section).flatMap((quote) => {
    const shown = quote.length > 80 ? `${headOf(quote, 77)}…` : quote;
    if (cited.some((passage) => contains(passage, quote))) return [];
    if (!files.some((file) => file.passages.some((passage) => contains(passage, quote)))) {
      return [problem(`/${index}`, 'quote_not_found', `No document says “${shown}”.`)];
    }
    if (cited.length === 0) return [];
    return [
      problem(
        `/${index}`,
        'quote_not_at_its_place',
        `“${shown}” does not stand at the place that is given for it.`,
      ),
    ];
  });
}

/** Words in quotation marks, if they are enough to be a quote and not just a term. */
function quotesIn(section: string): string[] {
  const text = section.replace(/^>\s?/gm, '').replace(/\s+/g, ' ');
  const found = [...text.matchAll(/“((?:[^“”]|“[^“”]*”)+)”|"([^"]+)"/g)].map((match) =>
    (match[1] ?? match[2] ?? '').trim(),
  );
  return found
    .filter((quote) => quote.split(/\s+/).length >= 4)
    .flatMap((quote) =>
      quote.split(/\s*(?:\[?…\]?|\.\.\.)\s*/).filter((part) => part.split(/\s+/).length >= 3),
    );
}

function contains(passage: Passage, quote: string): boolean {
  return plain(passage.text).includes(plain(quote));
}

/** Typographic variants and a model's own final punctuation are not another wording. */
function plain(text: string): string {
  return text
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, '-')
    .replace(/\s+/g, ' ')
    .replace(/[.,;:]+$/, '')
    .trim()
    .toLowerCase();
}

function figureProblems(
  section: string,
  index: number,
  { files, given }: { files: SourceFile[]; given: Set<string> },
): Problem[] {
  const citations = citationsIn(section, files);
  const allowed =
    citations.length > 0
      ? citations.flatMap((citation) => citation.passages)
      : files.flatMap((file) => file.passages);
  const known = new Set(allowed.flatMap((passage) => figuresOf(passage.text)));
  const claims = withoutCitations(section, files).replace(
    /^(?:\s*>)*\s*(?:#{1,6}\s+)?(?:\(?\d{1,2}[.)]\s+)?/gm,
    '',
  );
  const unknown = [...new Set(figuresOf(claims))].filter(
    (figure) => !known.has(figure) && !given.has(figure),
  );
  const where = citations.length > 0 ? 'none of the places that this section names' : 'no document';
  return unknown.map((figure) =>
    problem(`/${index}`, 'figure_without_source', `The figure ${figure} stands in ${where}.`),
  );
}

function repeats(sections: string[]): Problem[] {
  const seen = new Set<string>();
  return sections.flatMap((section, index) => {
    const paragraphs = section
      .replace(/^#.*$/m, '')
      .replace(/^>\s?/gm, '')
      .split(/\n\s*\n|\n(?=[-*+#]|\d+[.)]\s)/);
    return paragraphs.flatMap(splitSentences).flatMap((sentence) => {
      const key = plain(sentence.replace(/["“”*_#>]/g, ' ').replace(/^\s*(?:[-+]|\d+[.)])\s+/, ''))
        .replace(/[^\p{L}\d]+/gu, ' ')
        .trim();
      if (key.split(' ').length < 5) return [];
      if (seen.has(key))
        return [problem(`/${index}`, 'repeated_sentence', `Said twice: “${headOf(sentence, 80)}”`)];
      seen.add(key);
      return [];
    });
  });
}

function documentProblems(markdown: string, files: SourceFile[]): Problem[] {
  const named = files.filter((file) => markdown.includes(file.name));
  if (files.length < 2 || named.length >= 2) return [];
  return [
    problem(
      '',
      'too_few_documents',
      `${named.length === 0 ? 'No document is' : 'Only one document is'} named as a source, of ${files.length}.`,
    ),
  ];
}
