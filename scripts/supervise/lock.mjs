import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { startTimeOf } from './processes.mjs';

/**
 * A lock file: one holder, named by number and start time, so that the lock of a holder that is gone is taken over at once.
 * @returns {{ holder?: { pid: number }, release: () => void }} with `holder`, somebody has it already
 */
export function acquireLock(path) {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }), {
    mode: 0o600,
  });
  try {
    for (;;) {
      if (link(mine, path)) return { release: () => rmSync(path, { force: true }) };
      const holder = read(path);
      if (holder && startTimeOf(holder.pid) === holder.startTime) return { holder, release: () => {} };
      takeAway(path, holder);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Linking is the one step that only one of two can win; it also shows the content at once and whole. */
function link(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Between reading a stale lock and moving it away another start may have taken it: then it is put back. */
function takeAway(path, stale) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const taken = read(aside);
  if (taken && taken.pid !== stale?.pid) link(aside, path);
  rmSync(aside, { force: true });
}
