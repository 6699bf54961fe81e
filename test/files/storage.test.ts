import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createFileStorage } from '../../src/files/storage.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'adjutant-storage-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

test('bytes that are put come back under their own hash, from a stream and from a path', async () => {
  const storage = createFileStorage(dir);
  const path = join(dir, 'source.txt');
  await writeFile(path, 'from a path');
  await expect(storage.put(Readable.from([Buffer.from('hello '), Buffer.from('world')]))).resolves.toEqual({
    sha256: sha('hello world'),
    size: 11,
  });
  const { sha256 } = await storage.put(path);
  expect(sha256).toBe(sha('from a path'));
  expect((await storage.read(sha('hello world'))).toString()).toBe('hello world');
  expect((await buffer(await storage.open(sha256, { start: 5, end: 5 }))).toString()).toBe('a');
});

test('the same bytes put at the same time by many are stored once', async () => {
  const storage = createFileStorage(join(dir, 'many'));
  const all = await Promise.all(
    Array.from({ length: 10 }, () => storage.put(Readable.from([Buffer.from('same')]))),
  );
  expect(new Set(all.map((stored) => stored.sha256)).size).toBe(1);
  expect(await readdir(join(dir, 'many', sha('same').slice(0, 2)))).toEqual([sha('same')]);
  expect(await readdir(join(dir, 'many', 'incoming'))).toEqual([]);
});

test('a file over the limit is refused and leaves nothing behind', async () => {
  const storage = createFileStorage(join(dir, 'limit'));
  const long = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(1000)));
  await expect(storage.put(long, { maxBytes: 5000 })).rejects.toMatchObject({ code: 'payload_too_large' });
  expect(await readdir(join(dir, 'limit', 'incoming'))).toEqual([]);
  expect(await readdir(join(dir, 'limit'))).toEqual(['incoming']);
});

test('an upload that breaks off leaves nothing behind', async () => {
  const storage = createFileStorage(join(dir, 'broken'));
  const failing = new Readable({
    read() {
      this.push('half');
      this.destroy(new Error('connection lost'));
    },
  });
  await expect(storage.put(failing)).rejects.toThrow('connection lost');
  expect(await readdir(join(dir, 'broken', 'incoming'))).toEqual([]);
});

test('deleting says whether there was something, and what is gone is not found', async () => {
  const storage = createFileStorage(dir);
  const { sha256 } = await storage.put(Readable.from([Buffer.from('short life')]));
  expect(await storage.exists(sha256)).toBe(true);
  expect(await storage.delete(sha256)).toBe(true);
  expect(await storage.delete(sha256)).toBe(false);
  expect(await storage.exists(sha256)).toBe(false);
  await expect(storage.open(sha256)).rejects.toMatchObject({ code: 'not_found' });
});

test('nothing but a hash becomes a path', async () => {
  await expect(createFileStorage(dir).read('../../etc/passwd')).rejects.toMatchObject({ code: 'not_found' });
});
