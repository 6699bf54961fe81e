import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const largest = 5 * 1024 * 1024;
const kept = 3;

export const logPath = (stateFolder, role) => join(stateFolder, 'logs', `${role}.log`);

/** Opens a log for appending; one that grew large is put aside first. @returns a file descriptor */
export function openLog(stateFolder, role) {
  mkdirSync(join(stateFolder, 'logs'), { recursive: true, mode: 0o700 });
  const path = logPath(stateFolder, role);
  if (sizeOf(path) > largest) {
    for (let number = kept - 1; number >= 1; number--) move(`${path}.${number}`, `${path}.${number + 1}`);
    move(path, `${path}.1`);
  }
  return openSync(path, 'a', 0o600);
}

/** @returns the last lines of a log, at most 64 KB, from `after` bytes on */
export function tailOf(path, { lines = 15, after = 0 } = {}) {
  const size = sizeOf(path);
  const start = Math.max(after > size ? 0 : after, size - 65_536);
  const bytes = Buffer.alloc(Math.max(0, size - start));
  try {
    const file = openSync(path, 'r');
    readSync(file, bytes, 0, bytes.length, start);
    closeSync(file);
  } catch {}
  return bytes.toString('utf8').trim().split('\n').slice(-lines).join('\n');
}

export function sizeOf(path) {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function move(from, to) {
  try {
    renameSync(from, to);
  } catch {}
}
