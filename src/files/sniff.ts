/**
 * What a file really is. The name is a claim; the bytes decide. A claim that the bytes contradict is refused, because
 * whoever opens the file later (a person, a browser) believes the name.
 */
import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileTypeFromFile } from 'file-type';
import { AppError } from '../errors.ts';
import { decodeText, looksLikeText } from './decode-text.ts';
import { delimiterOf } from './delimiter.ts';

export type FileKind = 'text' | 'markdown' | 'csv' | 'pdf' | 'docx' | 'image';
export interface Sniffed {
  kind: FileKind;
  mediaType: string;
}

const mediaTypes: Record<Exclude<FileKind, 'image'>, string> = {
  text: 'text/plain',
  markdown: 'text/markdown',
  csv: 'text/csv',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

const kindOfExtension: Record<string, FileKind> = {
  '.txt': 'text',
  '.text': 'text',
  '.log': 'text',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.pdf': 'pdf',
  '.docx': 'docx',
  '.png': 'image',
  '.jpg': 'image',
  '.jpeg': 'image',
  '.webp': 'image',
  '.gif': 'image',
};

/** What models that see can be shown, by what the bytes are. */
const imageTypes: Record<string, string> = {
  png: 'image/png',
  apng: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
};
/** Endings of one and the same format; `.png` with the bytes of a JPEG is a lie like any other. */
const imageOfExtension: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
};

export const supportedExtensions = Object.keys(kindOfExtension);
const kindsThatReadAsText = new Set<FileKind>(['text', 'markdown', 'csv']);
/** Formats with a signature that are text all the same: a .txt may hold them. */
const textWithSignature = new Set(['xml', 'ics', 'vcf', 'vtt', 'pgp']);
const headBytes = 64 * 1024;

/** Throws `empty_file`, `unsupported_file_type` or `lying_file_type`. `name` is the name that the uploader gave. */
export async function sniffFile(path: string, name: string): Promise<Sniffed> {
  const { size } = await stat(path);
  if (size === 0) throw new AppError('empty_file', `${name} is empty.`);
  const extension = extname(name).toLowerCase();
  const claimed = kindOfExtension[extension];
  const detected = await fileTypeFromFile(path);
  if (detected?.ext === 'cfb' && claimed === 'docx' && (await isEncryptedOffice(path))) {
    throw new AppError('encrypted_file', `${name} is protected by a password.`);
  }
  const asText =
    claimed && kindsThatReadAsText.has(claimed) && detected && textWithSignature.has(detected.ext);
  const binary = asText ? undefined : detected;
  const found = binary ? kindOfBinary(binary.ext) : await kindOfText(path, claimed);
  const truth = binary?.ext ?? (found ? 'plain text' : 'unknown binary data');

  if (extension !== '' && !claimed) throw unsupported(name, truth);
  const image = binary ? imageTypes[binary.ext] : undefined;
  if (claimed && (claimed !== found || (image && image !== imageOfExtension[extension]))) {
    throw new AppError('lying_file_type', `${name} is named ${extension} but contains ${truth}.`);
  }
  if (!found) throw unsupported(name, truth);
  return { kind: found, mediaType: found === 'image' ? (image ?? '') : mediaTypes[found] };
}

function unsupported(name: string, truth: string): AppError {
  const list = supportedExtensions.join(', ');
  return new AppError('unsupported_file_type', `${name} (${truth}) cannot be read. Supported: ${list}.`);
}

function kindOfBinary(ext: string): FileKind | undefined {
  if (ext === 'pdf') return 'pdf';
  if (ext === 'docx') return 'docx';
  if (ext in imageTypes) return 'image';
  return undefined;
}

async function kindOfText(path: string, claimed: FileKind | undefined): Promise<FileKind | undefined> {
  const head = await readHead(path);
  if (!looksLikeText(head)) return undefined;
  if (claimed && kindsThatReadAsText.has(claimed)) return claimed;
  return delimiterOf(decodeText(head).text) ? 'csv' : 'text';
}

/** Office wraps a document with a password into an old-style container with a stream of this name (UTF-16). */
async function isEncryptedOffice(path: string): Promise<boolean> {
  return Buffer.from(await readHead(path)).includes(Buffer.from('EncryptedPackage', 'utf16le'));
}

async function readHead(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
