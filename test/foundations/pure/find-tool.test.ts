import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findTool, requireTool } from '../../support/servers/find-tool.ts';

let folder: string;
let before: NodeJS.ProcessEnv;
beforeEach(() => {
  before = { ...process.env };
  folder = mkdtempSync(join(tmpdir(), 'adjutant-tools-'));
  for (const name of ['ADJUTANT_REDIS_SERVER', 'PATH']) delete process.env[name];
  process.env.ADJUTANT_CACHE = join(folder, 'cache');
});
afterEach(() => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

function program(...path: string[]): string {
  const whole = join(folder, ...path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, '#!/bin/sh\n');
  chmodSync(whole, 0o755);
  return whole;
}

test('a given path wins over the search path, and that over the cache', () => {
  const inCache = program('cache', 'debian', 'redis-server');
  expect(findTool('redis')).toBe(inCache);
  const onPath = program('bin', 'redis-server');
  process.env.PATH = join(folder, 'bin');
  expect(findTool('redis')).toBe(onPath);
  const given = program('given', 'redis');
  process.env.ADJUTANT_REDIS_SERVER = given;
  expect(findTool('redis')).toBe(given);
});

test('a link in the cache counts by its name', () => {
  const real = program('elsewhere', 'redis-check-rdb');
  mkdirSync(join(folder, 'cache'));
  symlinkSync(real, join(folder, 'cache', 'redis-server'));
  expect(findTool('redis')).toBe(join(folder, 'cache', 'redis-server'));
});

test('a given path that is no program is an error, and so is none at all when one is required', () => {
  process.env.ADJUTANT_REDIS_SERVER = join(folder, 'nothing');
  expect(() => findTool('redis')).toThrow(/ADJUTANT_REDIS_SERVER is .*nothing/);
  delete process.env.ADJUTANT_REDIS_SERVER;
  expect(findTool('redis')).toBeNull();
  expect(() => requireTool('redis')).toThrow(
    /redis-server was not found: run `npm test` once, or set ADJUTANT_REDIS_SERVER/,
  );
});
