/**
 * Markdown: one passage per paragraph, list item or table row, each anchored at its line and carrying its heading.
 * Marks that only style words (`**`, backticks, link targets) are taken away; the words stay.
 */
import type { Extraction } from '../../core/documents/passage.ts';
import { decodeText } from '../decode-text.ts';
import { cleanText, collectPassages, defaultLimits, type ExtractOptions, readTextFile } from './extractor.ts';

interface Block {
  line: number;
  text: string;
  heading?: string;
}

export async function extractMarkdown(path: string, options: ExtractOptions = {}): Promise<Extraction> {
  const limits = options.limits ?? defaultLimits;
  const { text, encoding } = decodeText(await readTextFile(path, limits));
  const lines = text.split(/\r\n|\n|\r/);
  const collected = collectPassages(limits);
  let title: string | undefined;
  for (const block of blocksOf(lines)) {
    title ??= block.heading;
    collected.add({
      text: cleanText(withoutMarks(block.text)),
      anchor: { kind: 'line', value: block.line, label: `line ${block.line}` },
      ...(block.heading === undefined ? {} : { heading: block.heading }),
    });
  }
  return {
    passages: collected.passages,
    meta: { lines: lines.length, encoding, ...(title ? { title } : {}) },
  };
}

function blocksOf(lines: string[]): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  let heading: string | undefined;
  let fence: string | undefined;
  const start = (line: number, text: string) => {
    open = { line, text, ...(heading === undefined ? {} : { heading }) };
    blocks.push(open);
  };
  lines.slice(frontMatterEnd(lines)).forEach((raw, offset) => {
    const number = offset + frontMatterEnd(lines) + 1;
    const line = raw.trim();
    const fenceMark = /^(?:```+|~~~+)/.exec(line)?.[0];
    if (fenceMark) {
      fence = fence === undefined ? fenceMark : line.startsWith(fence) ? undefined : fence;
      open = undefined;
    } else if (fence !== undefined) {
      if (line !== '') start(number, line);
      open = undefined;
    } else if (/^#{1,6}\s/.test(line)) {
      heading = cleanText(withoutMarks(line.replace(/^#+\s+|\s+#+$/g, '')));
      open = undefined;
    } else if (line === '' || /^(?:[-*_]\s*){3,}$/.test(line) || /^\|?(?:\s*:?-{2,}:?\s*\|)+/.test(line)) {
      open = undefined;
    } else if (/^\|.*\|$/.test(line)) {
      start(
        number,
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim())
          .join(' | '),
      );
      open = undefined;
    } else if (/^(?:[-*+]|\d{1,3}[.)])\s/.test(line)) {
      start(number, line.replace(/^(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?/, ''));
    } else if (open) {
      open.text += `\n${line.replace(/^>\s?/, '')}`;
    } else {
      start(number, line.replace(/^>\s?/, ''));
    }
  });
  return blocks;
}

function frontMatterEnd(lines: string[]): number {
  if (lines[0]?.trim() !== '---') return 0;
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
  return end === -1 ? 0 : end + 1;
}

function withoutMarks(text: string): string {
  return text
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/(^|[\s(])([*_])(?=\S)([^*_]+?)(?<=\S)\2(?=[\s).,;:!?]|$)/g, '$1$3')
    .replace(/`([^`]+)`/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, ' ');
}
