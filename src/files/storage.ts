/**
 * Bytes addressed by their sha256, on a local folder.
 *
 * 1. A name never points to a half-written file: bytes go to a temporary name first, are synced, and then renamed.
 * 2. The same bytes are stored once; putting them again changes nothing and succeeds.
 * 3. The port speaks of hashes only, so that an object store can take the folder's place.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../errors.ts';

export interface StoredFile {
  sha256: string;
  /** Bytes. */
  size: number;
}

export interface FileStorage {
  /** Throws `payload_too_large` as soon as more than `maxBytes` arrived; nothing is kept then. */
  put(source: Readable | string, options?: { maxBytes?: number; signal?: AbortSignal }): Promise<StoredFile>;
  open(sha256: string, range?: { start: number; end: number }): Promise<Readable>;
  read(sha256: string): Promise<Buffer>;
  exists(sha256: string): Promise<boolean>;
  /** True if there was something to delete. */
  delete(sha256: string): Promise<boolean>;
  /** A path that a child process on this machine can read; an object store would fetch it first. */
  localPath(sha256: string): Promise<string>;
}

export function createFileStorage(dir: string): FileStorage {
  const pathOf = (sha256: string) => join(dir, checked(sha256).slice(0, 2), sha256);
  const exists = (sha256: string) =>
    access(pathOf(sha256)).then(
      () => true,
      () => false,
    );
  const localPath = async (sha256: string) => {
    if (!(await exists(sha256))) throw new AppError('not_found', `No stored bytes have the hash ${sha256}.`);
    return pathOf(sha256);
  };
  return {
    exists,
    localPath,
    put: (source, options = {}) => put(dir, pathOf, source, options),
    open: async (sha256, range) => createReadStream(await localPath(sha256), range),
    read: async (sha256) => readFile(await localPath(sha256)),
    delete: async (sha256) => {
      if (!(await exists(sha256))) return false;
      await rm(pathOf(sha256), { force: true });
      return true;
    },
  };
}

async function put(
  dir: string,
  pathOf: (sha256: string) => string,
  source: Readable | string,
  options: { maxBytes?: number; signal?: AbortSignal },
): Promise<StoredFile> {
  const incoming = join(dir, 'incoming', randomUUID());
  await mkdir(dirname(incoming), { recursive: true });
  const meter = createMeter(options.maxBytes ?? Number.POSITIVE_INFINITY);
  try {
    const from = typeof source === 'string' ? createReadStream(source) : source;
    // "wx": two writers never share one temporary file. flush: the bytes are on disk before the name is.
    const to = createWriteStream(incoming, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(from, meter.stream, to, { signal: options.signal });
    const { sha256, size } = meter.result();
    const target = pathOf(sha256);
    const present = await stat(target).catch(() => undefined);
    if (present?.size === size) {
      await rm(incoming);
    } else {
      await mkdir(dirname(target), { recursive: true });
      await rename(incoming, target);
      await syncFolder(dirname(target));
    }
    return { sha256, size };
  } catch (error) {
    await rm(incoming, { force: true });
    throw error;
  }
}

function createMeter(maxBytes: number) {
  const hash = createHash('sha256');
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes) {
        done(new AppError('payload_too_large', `The file is larger than ${maxBytes} bytes.`));
        return;
      }
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ sha256: hash.digest('hex'), size }) };
}

/** Without this a power cut can lose the rename although the bytes are there. Some file systems refuse it: no harm. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch {
    // The rename itself stands.
  } finally {
    await handle?.close();
  }
}

/** A hash becomes a path, so nothing else may pass. */
function checked(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new AppError('not_found', `${JSON.stringify(sha256)} is not a sha256.`);
  return sha256;
}
