/**
 * Guards against packed files that unpack to far more than they seem. The declared sizes are added up first; because
 * they can lie, what will be read is then really unpacked once, into nothing, with a hard stop.
 */
import { readFile } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { tooLarge, unreadable } from './extract/extractor.ts';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

interface ZipEntry {
  name: string;
  method: number;
  packed: number;
  unpacked: number;
  offset: number;
}

export async function assertUnpacksWithin(path: string, maxBytes: number): Promise<void> {
  const bytes = await readFile(path);
  const entries = entriesOf(bytes);
  const declared = entries.reduce((sum, entry) => sum + entry.unpacked, 0);
  if (declared > maxBytes)
    throw tooLarge(`contents that unpack to ${declared} bytes; at most ${maxBytes} are read`);
  let left = maxBytes;
  for (const entry of entries) {
    if (entry.method !== 8) continue;
    const start =
      entry.offset + 30 + bytes.readUInt16LE(entry.offset + 26) + bytes.readUInt16LE(entry.offset + 28);
    left -= unpackedSize(bytes.subarray(start, start + entry.packed), left);
  }
}

function unpackedSize(packed: Buffer, left: number): number {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, left) }).length;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge('contents that unpack to more than it declares');
    throw unreadable('The packed file is damaged.', error);
  }
}

function entriesOf(bytes: Buffer): ZipEntry[] {
  try {
    const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end === -1 || bytes.readUInt32LE(end) !== endOfDirectory) throw new Error('no central directory');
    const count = bytes.readUInt16LE(end + 10);
    const entries: ZipEntry[] = [];
    let at = bytes.readUInt32LE(end + 16);
    for (let index = 0; index < count; index += 1) {
      if (bytes.readUInt32LE(at) !== directoryEntry) throw new Error('bad central directory');
      const [nameLength, extra, comment] = [
        bytes.readUInt16LE(at + 28),
        bytes.readUInt16LE(at + 30),
        bytes.readUInt16LE(at + 32),
      ];
      entries.push({
        name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
        method: bytes.readUInt16LE(at + 10),
        packed: bytes.readUInt32LE(at + 20),
        unpacked: bytes.readUInt32LE(at + 24),
        offset: bytes.readUInt32LE(at + 42),
      });
      at += 46 + nameLength + extra + comment;
    }
    return entries;
  } catch (error) {
    throw unreadable('The packed file is damaged.', error);
  }
}
