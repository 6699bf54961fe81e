import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Living children of a process, as `{ pid, command }`. `/proc` where it is, else `ps`. Zombies are not alive, and
 * jest's own workers are not a test's children.
 */
export function childrenOf(parent) {
  const all = process.platform === 'linux' ? fromProc(parent) : fromPs(parent);
  return all.filter(
    (child) => !child.command.includes('jest-worker') && !child.command.includes('servers/broker'),
  );
}

function fromProc(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // The command stands in brackets and may hold blanks; after it come the state and the parent.
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(ppid) !== parent || state === 'Z') return [];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(pid), command }];
      } catch {
        return []; // it ended while we looked
      }
    });
}

function fromPs(parent) {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines.flatMap((line) => {
    const [, pid, ppid, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const counts = Number(ppid) === parent && !state.startsWith('Z') && !command.startsWith('ps -A');
    return counts ? [{ pid: Number(pid), command }] : [];
  });
}
