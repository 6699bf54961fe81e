/** What every format's extractor takes, and the caps that keep a hostile file from eating the machine. */
import { readFile, stat } from 'node:fs/promises';
import type { Extraction, Passage } from '../../core/documents/passage.ts';
import { AppError } from '../../errors.ts';

export interface ExtractLimits {
  /** Bytes of a text-like file, which is read whole. */
  maxTextBytes: number;
  /** Bytes that a packed file (DOCX) may unpack to. */
  maxUnpackedBytes: number;
  maxPages: number;
  maxPassages: number;
  /** Characters over all passages. */
  maxCharacters: number;
}

export const defaultLimits: ExtractLimits = {
  maxTextBytes: 32 * 1024 * 1024,
  maxUnpackedBytes: 128 * 1024 * 1024,
  maxPages: 2_000,
  maxPassages: 200_000,
  maxCharacters: 20_000_000,
};

export interface ExtractOptions {
  limits?: ExtractLimits;
  onProgress?: (progress: ExtractProgress) => void;
}

export interface ExtractProgress {
  done: number;
  total: number;
  unit: 'pages' | 'rows' | 'parts';
}

export type Extractor = (path: string, options?: ExtractOptions) => Promise<Extraction>;

export function tooLarge(what: string): AppError {
  return new AppError('payload_too_large', `The file has ${what}.`);
}

export function unreadable(message: string, cause?: unknown): AppError {
  return new AppError('unreadable_file', message, { cause });
}

export async function readTextFile(path: string, limits: ExtractLimits): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > limits.maxTextBytes)
    throw tooLarge(`${size} bytes of text; at most ${limits.maxTextBytes} are read`);
  return readFile(path);
}

/** Numbers passages and stops when a cap is reached. */
export function collectPassages(limits: ExtractLimits) {
  const passages: Passage[] = [];
  let characters = 0;
  return {
    passages,
    add(passage: Omit<Passage, 'n'>): void {
      if (passage.text === '') return;
      characters += passage.text.length;
      if (passages.length >= limits.maxPassages) throw tooLarge(`more than ${limits.maxPassages} passages`);
      if (characters > limits.maxCharacters) throw tooLarge(`more than ${limits.maxCharacters} characters`);
      passages.push({ n: passages.length + 1, ...passage });
    },
  };
}

/** One space between words, no soft hyphens, no invisible characters, typographic ligatures spelled out. */
export function cleanText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\u00ad|\u200b|\u200c|\u200d|\u2060|\ufeff/g, '')
    .replace(/[\ufb00-\ufb04]/g, (ligature) => ligature.normalize('NFKC'))
    .replace(/\s+/g, ' ')
    .trim();
}
