import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { acquireLock } from '../../scripts/supervise/lock.mjs';
import { createPorts } from '../../scripts/supervise/ports.mjs';
import { closeLater } from '../support/close-later.ts';
import { freePort } from '../support/servers/free-port.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adjutant-lock-'));
  closeLater('the folder', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('the lock of a state folder', () => {
  test('has one holder, and is free again after its release', () => {
    const path = join(emptyFolder(), 'lock');
    const first = acquireLock(path);
    expect(first.holder).toBeUndefined();
    expect(acquireLock(path).holder.pid).toBe(process.pid);
    first.release();
    expect(acquireLock(path).holder).toBeUndefined();
  });

  test('is taken over when its holder is gone, though its number lives on', () => {
    const path = join(emptyFolder(), 'lock');
    writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: 'before the last reboot' }));
    expect(acquireLock(path).holder).toBeUndefined();
    expect(JSON.parse(readFileSync(path, 'utf8')).startTime).not.toBe('before the last reboot');
  });

  test('that was left half written is taken over', () => {
    const path = join(emptyFolder(), 'lock');
    writeFileSync(path, '{"pid": 4');
    expect(acquireLock(path).holder).toBeUndefined();
  });
});

describe('ports', () => {
  test('are remembered', async () => {
    const stateFolder = emptyFolder();
    const preferred = await freePort();
    const port = await createPorts(stateFolder, emptyFolder()).take('page', { preferred });
    const again = await createPorts(stateFolder, emptyFolder()).take('page', { preferred: 1 });
    expect(again).toBe(port);
  });

  test('that somebody listens on are stepped over', async () => {
    const server = createServer();
    const preferred = await freePort();
    await new Promise<void>((resolve) => server.listen(preferred, '127.0.0.1', resolve));
    closeLater('the other server', () => new Promise((resolve) => server.close(resolve)));
    expect(await createPorts(emptyFolder(), emptyFolder()).take('page', { preferred })).toBeGreaterThan(
      preferred,
    );
  });

  test('are never given to two checkouts that start at once', async () => {
    const reservations = emptyFolder();
    const preferred = await freePort();
    const starts = Array.from({ length: 6 }, () =>
      createPorts(emptyFolder(), reservations).take('page', { preferred }),
    );
    expect(new Set(await Promise.all(starts)).size).toBe(6);
  });
});
