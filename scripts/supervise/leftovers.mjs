import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, isAlive, stopInOrder } from './processes.mjs';

/** The note of what runs, `.adjutant/pids.json`: written synchronously, so that it is true when the supervisor is killed. */
export function createPidNote(stateFolder) {
  const path = join(stateFolder, 'pids.json');
  const living = new Map();
  const write = () => {
    writeFileSync(`${path}.new`, JSON.stringify([...living.values()]), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  return {
    add(record) {
      living.set(record.pid, record);
      write();
    },
    remove(pid) {
      if (living.delete(pid)) write();
    },
  };
}

/**
 * Stops what an earlier start left alive (when supervisor and guardian were killed both). Only a process whose number, start
 * time and folder are those that were noted.
 * @returns {Promise<string[]>} the roles that were stopped
 */
export async function stopLeftovers(stateFolder) {
  const leftovers = readNote(join(stateFolder, 'pids.json')).filter(
    (one) => isAlive(one) && folderOf(one.pid) === one.cwd,
  );
  await stopInOrder(leftovers);
  return leftovers.map((one) => one.role);
}

function readNote(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}
