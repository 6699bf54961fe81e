import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Who a process is. A number alone is not enough: it is given away again after the process ended, so nothing is ever stopped
 * by its number without its start time (and, for a leftover, its folder).
 *
 * @typedef {{ role: string, pid: number, startTime: string, cwd?: string, signal: NodeJS.Signals, graceMs: number, order: number }} ProcessRecord
 */

const linux = process.platform === 'linux';

/** @returns when the process started, as an opaque word, or undefined if it is gone (an unburied one counts as gone) */
export function startTimeOf(pid) {
  return linux ? linuxStartTime(pid) : otherStartTime(pid);
}

function linuxStartTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in brackets and may itself contain some.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${bootId()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

let boot;
function bootId() {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

function otherStartTime(pid) {
  try {
    const [state, ...time] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? undefined : time.join(' ');
  } catch {
    return undefined;
  }
}

/** @returns the parent of a process, or undefined */
export function parentOf(pid) {
  try {
    if (!linux) return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** @returns the current folder of a process, or undefined */
export function folderOf(pid) {
  try {
    if (linux) return readlinkSync(`/proc/${pid}/cwd`);
    const lines = execFileSync('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn'], { encoding: 'utf8' });
    return lines.match(/^n(.*)$/m)?.[1];
  } catch {
    return undefined;
  }
}

/** @returns whether any process works in that folder (Linux; elsewhere the answer is yes, to be on the safe side) */
export function someoneIn(folder) {
  if (!linux) return true;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.some((pid) => folderOf(pid) === folder);
}

export const isAlive = (record) =>
  record.startTime !== undefined && startTimeOf(record.pid) === record.startTime;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks a process to end, waits for its grace, and insists. Resolves when it is gone. */
export async function stopProcess(record, { hurry = false } = {}) {
  if (!isAlive(record)) return;
  send(record.pid, hurry ? 'SIGKILL' : record.signal);
  const deadline = Date.now() + record.graceMs;
  while (isAlive(record) && Date.now() < deadline) await pause(20);
  if (!isAlive(record)) return;
  send(record.pid, 'SIGKILL');
  while (isAlive(record)) await pause(20);
}

/** Stops processes in the order of their `order`: those with the same one side by side. */
export async function stopInOrder(records, options) {
  for (const order of [...new Set(records.map((one) => one.order))].sort((a, b) => a - b)) {
    await Promise.all(records.filter((one) => one.order === order).map((one) => stopProcess(one, options)));
  }
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {}
}
