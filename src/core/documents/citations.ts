/** Places that a text names: `report.pdf, page 3`, `(report.pdf: clause 4.2)`, `- log.csv: row 3, row 17`. */
import type { Passage, SourceFile } from './passage.ts';

export interface Citation {
  file: SourceFile;
  /** What stands at the place; all of the document if only its name is given. */
  passages: Passage[];
}

/** After a file's name: places, each with its word or only numbers after the first ("pages 3 and 4", "rows 3, 17"). */
const place =
  '(?:pages?|p\\.|pp\\.|paragraphs?|rows?|lines?|clauses?|sections?|points?|§)\\s*[\\d.]+(?:\\s*[–-]\\s*[\\d.]+)?(?:,\\s*item\\s+\\d+)?';
const places = `(?:${place}|(?<=[\\d])\\s*(?:,|and|&)\\s*[\\d.]+\\b)`;

export function citationsIn(text: string, files: SourceFile[]): Citation[] {
  return files.flatMap((file) => {
    const found = [...text.matchAll(patternOf(file))];
    return found.map((match) => {
      const values = valuesOf(match[1] ?? '');
      const passages = file.passages.filter((passage) => values.some((value) => stands(passage, value)));
      return { file, passages: values.length === 0 ? file.passages : passages };
    });
  });
}

export function withoutCitations(text: string, files: SourceFile[]): string {
  return files.reduce((rest, file) => rest.replace(patternOf(file), ' '), text);
}

function patternOf(file: SourceFile): RegExp {
  const name = file.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`[*_\`“"]*${name}[*_\`”"]*((?:[\\s,:;(–—-]*(?:and\\s+)?${places})*)`, 'giu');
}

function valuesOf(text: string): string[] {
  const values: string[] = [];
  for (const match of text.matchAll(/([\d.]*\d)(?:\s*[–-]\s*(\d+))?(?:,\s*item\s+(\d+))?/g)) {
    const [, first = '', last, item] = match;
    const until = last === undefined ? Number(first) : Math.min(Number(last), Number(first) + 200);
    if (last === undefined || Number.isNaN(until))
      values.push(item === undefined ? first : `${first}, item ${item}`);
    else for (let value = Number(first); value <= until; value += 1) values.push(String(value));
  }
  return values;
}

function stands(passage: Passage, value: string): boolean {
  if (String(passage.anchor.value) === value) return true;
  // A passage over two pages stands on both.
  const [, from, to] = /^pages (\d+)–(\d+)$/.exec(passage.anchor.label) ?? [];
  return (
    from !== undefined && to !== undefined && Number(from) <= Number(value) && Number(value) <= Number(to)
  );
}
