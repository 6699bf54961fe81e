import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Whether this very process listens at a port. That something answers there is not enough: it may be another program, or
 * another checkout's part, that was faster to bind; then our child is about to end.
 */
export function listensAt(pid, port) {
  try {
    return process.platform === 'linux' ? listensOnLinux(pid, port) : listensElsewhere(pid, port);
  } catch {
    return false;
  }
}

const listening = '0A';

function listensOnLinux(pid, port) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const sockets = new Set();
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === listening && local.endsWith(`:${wanted}`)) sockets.add(`socket:[${inode}]`);
    }
  }
  return (
    sockets.size > 0 &&
    readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOf(`/proc/${pid}/fd/${fd}`)))
  );
}

/** A descriptor may be closed between the listing and the look. */
function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function listensElsewhere(pid, port) {
  const pids = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'], { encoding: 'utf8' });
  return pids.trim().split('\n').includes(String(pid));
}
