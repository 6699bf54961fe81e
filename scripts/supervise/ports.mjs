import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { cacheFolder } from '../paths.mjs';
import { acquireLock } from './lock.mjs';

const step = 10;

/**
 * Ports of this checkout, remembered in `.adjutant/ports.json` so that bookmarks stay good. A taken one is stepped over in
 * tens, so that the ports of one checkout stay together (4800, 4801 …; the next checkout has 4810, 4811 …). Between the look
 * and the bind of the child another start could take the port and its answers be mistaken for the child's: so each port is
 * reserved in the user's cache for as long as this process lives.
 */
export function createPorts(stateFolder, reservations = join(cacheFolder(), 'ports')) {
  const path = join(stateFolder, 'ports.json');
  const remembered = readPorts(path);
  mkdirSync(reservations, { recursive: true });

  async function take(name, { preferred, host = '127.0.0.1', from = remembered[name] ?? preferred }) {
    let port = from;
    while (!(await reserve(port, host))) port = port + step > 65_535 ? 1024 + (port % step) : port + step;
    if (remembered[name] !== port) {
      remembered[name] = port;
      writeFileSync(`${path}.new`, JSON.stringify(remembered, null, 2));
      renameSync(`${path}.new`, path);
    }
    return port;
  }

  async function reserve(port, host) {
    const lock = acquireLock(join(reservations, String(port)));
    if (lock.holder) return false;
    if (await isFree(port, host)) return true;
    lock.release();
    return false;
  }

  /** After a bind failed all the same: somebody was faster between the look and the bind. */
  const next = (name, options) => take(name, { ...options, from: remembered[name] + step });
  return { take, next };
}

function readPorts(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/** Also asks for all interfaces: on some systems a port can be bound on loopback while somebody has it on all. */
async function isFree(port, host) {
  return (await canBind(port, host)) && (host === '127.0.0.1' ? canBind(port, '0.0.0.0') : true);
}

function canBind(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
