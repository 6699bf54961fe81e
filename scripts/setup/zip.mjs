import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/**
 * Takes one entry out of a zip file (Python wheels are zip files), so that set-up needs no `unzip`. Sizes come from the
 * central directory at the end of the file; Zip64 is not needed below 4 GB and is refused.
 * @param {(name: string) => boolean} wanted picks the entry
 */
export async function unzipOne(zipPath, wanted, target) {
  const file = await open(zipPath, 'r');
  try {
    const entry = (await entriesOf(file)).find((one) => wanted(one.name));
    if (!entry) throw new Error(`the archive has no such file`);
    const header = await read(file, entry.offset, 30);
    // The local header's name and extra field may be longer than the central directory's.
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const bytes = file.createReadStream({ start, end: start + entry.packedSize - 1, autoClose: false });
    if (entry.method === 0) await pipeline(bytes, createWriteStream(target));
    else if (entry.method === 8) await pipeline(bytes, createInflateRaw(), createWriteStream(target));
    else throw new Error(`the archive uses compression method ${entry.method}`);
  } finally {
    await file.close();
  }
  return target;
}

async function entriesOf(file) {
  const { size } = await file.stat();
  const tail = await read(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
  const end = tail.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0) throw new Error('not a zip file');
  const offset = tail.readUInt32LE(end + 16);
  if (offset === 0xffffffff) throw new Error('a Zip64 file is not expected here');
  const directory = await read(file, offset, tail.readUInt32LE(end + 12));
  const entries = [];
  for (let at = 0; at < directory.length; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      packedSize: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function read(file, position, length) {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new Error('the archive is cut short');
  return buffer;
}
