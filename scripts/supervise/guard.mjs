import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./guardian.mjs', import.meta.url));

/**
 * The supervisor's end of the guardian (see guardian.mjs). A guardian that dies is replaced and told everything again.
 * @param {number | 'ignore'} log where the guardian writes
 */
export function createGuard(log = 'ignore') {
  const living = new Map();
  let closing = false;
  let guardian = start();

  function start() {
    // In a session of its own, so that Ctrl-C in the terminal does not reach it.
    const child = spawn(process.execPath, [script], { stdio: ['pipe', log, log], detached: true });
    child.stdin.on('error', () => {});
    child.on('error', () => {});
    child.on('exit', () => {
      if (closing) return;
      setTimeout(() => {
        if (closing) return;
        guardian = start();
        for (const record of living.values()) tell({ add: record });
      }, 100);
    });
    return child;
  }

  const tell = (message) => guardian.stdin.write(`${JSON.stringify(message)}\n`);

  return {
    pid: () => guardian.pid,
    /** Must follow the spawn in the same turn of the event loop: what the guardian does not know, it cannot stop. */
    add(record) {
      living.set(record.pid, record);
      tell({ add: record });
    },
    remove(pid) {
      living.delete(pid);
      tell({ remove: pid });
    },
    /** Lets the guardian go; whatever it still knows of, it stops. */
    close() {
      closing = true;
      return new Promise((resolve) => {
        if (guardian.exitCode !== null || guardian.signalCode !== null) return resolve();
        guardian.once('exit', resolve);
        guardian.stdin.end();
      });
    },
  };
}
