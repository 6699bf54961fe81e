/** Plain text: one passage per paragraph (lines up to a blank one), anchored at its first line. */
import type { Extraction } from '../../core/documents/passage.ts';
import { decodeText } from '../decode-text.ts';
import { cleanText, collectPassages, defaultLimits, type ExtractOptions, readTextFile } from './extractor.ts';

export async function extractText(path: string, options: ExtractOptions = {}): Promise<Extraction> {
  const limits = options.limits ?? defaultLimits;
  const { text, encoding } = decodeText(await readTextFile(path, limits));
  const lines = text.split(/\r\n|\n|\r|\f/);
  if (lines.at(-1) === '') lines.pop();
  const collected = collectPassages(limits);
  for (const block of blocksOf(lines)) {
    collected.add({
      text: cleanText(block.text),
      anchor: { kind: 'line', value: block.line, label: `line ${block.line}` },
    });
  }
  return { passages: collected.passages, meta: { lines: lines.length, encoding } };
}

/**
 * Wrapped prose is joined to one block per paragraph. Lines that each begin like a log or list entry (a date, a time,
 * a bullet, a number) stay apart, so that a log's line is cited as that line.
 */
function blocksOf(lines: string[]): { line: number; text: string }[] {
  const blocks: { line: number; text: string }[] = [];
  let open: { line: number; text: string } | undefined;
  lines.forEach((raw, index) => {
    const line = raw.trim();
    if (line === '') {
      open = undefined;
    } else if (!open || startsEntry(line)) {
      open = { line: index + 1, text: line };
      blocks.push(open);
    } else {
      open.text += `\n${line}`;
    }
  });
  return blocks;
}

function startsEntry(line: string): boolean {
  return /^(?:[-*•–]\s|\(?\d{1,3}[.)]\s|\[?\d{4}-\d{2}-\d{2}|\[?\d{1,2}:\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}\b)/.test(
    line,
  );
}
