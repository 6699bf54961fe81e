import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ensureCached, lookUp } from '../../scripts/setup/cache.mjs';
import { unzipOne } from '../../scripts/setup/zip.mjs';

const folder = mkdtempSync(join(tmpdir(), 'adjutant-cache-'));
const given = process.env.ADJUTANT_CACHE;
beforeAll(() => {
  process.env.ADJUTANT_CACHE = join(folder, 'cache');
});
afterAll(() => {
  if (given === undefined) delete process.env.ADJUTANT_CACHE;
  else process.env.ADJUTANT_CACHE = given;
  rmSync(folder, { recursive: true });
});

const source = (text: string) => ({
  from: `from a source of "${text}"`,
  fetch: async (draft: string) => {
    writeFileSync(join(draft, 'file'), text);
    return join(draft, 'file');
  },
});
const refuses = {
  from: 'from a source that is away',
  fetch: async () => {
    throw new Error('no route');
  },
};

describe('the cache of downloads', () => {
  test('takes the first source that has the file, and asks none when it is there', async () => {
    const wanted = {
      name: 'tool',
      title: 'Tool',
      help: 'Get it.',
      sources: [refuses, source('one'), source('two')],
    };
    const path = await ensureCached(wanted);
    expect(readFileSync(path, 'utf8')).toBe('one');
    expect(await ensureCached({ ...wanted, sources: [refuses] })).toBe(path);
    expect(readdirSync(join(folder, 'cache')).sort()).toEqual(['tool', 'tool.json']);
  });

  test('refuses another checksum, and says what was tried and what helps', async () => {
    const wanted = {
      name: 'model',
      title: 'Model',
      sha256: 'f00',
      help: 'Run `this`.',
      sources: [refuses, source('bad')],
    };
    const problem = await ensureCached(wanted).catch((error: unknown) => error);
    expect(problem).toMatchObject({ message: 'Run `this`.' });
    expect((problem as { tried: string[] }).tried).toEqual([
      'from a source that is away: no route',
      expect.stringMatching(/its checksum is [0-9a-f]{64}, not f00/),
    ]);
    expect(await lookUp('model')).toBeUndefined();
  });

  test('fetches again what was cut short', async () => {
    const wanted = { name: 'cut', title: 'Cut', help: 'Get it.', sources: [source('whole')] };
    const path = await ensureCached(wanted);
    writeFileSync(path, 'who');
    expect(readFileSync(await ensureCached(wanted), 'utf8')).toBe('whole');
  });

  test('notices changed bytes when it looks thoroughly', async () => {
    const path = await ensureCached({ name: 'same-size', title: 'x', help: 'x', sources: [source('12345')] });
    writeFileSync(path, '54321');
    expect(await lookUp('same-size')).toBe(path);
    expect(await lookUp('same-size', { thorough: true })).toBeUndefined();
  });
});

describe('unzipOne', () => {
  // A Word document is a zip file, as a Python wheel is.
  const archive = fileURLToPath(new URL('../../samples/oakhurst-agreement.docx', import.meta.url));

  test('takes out one entry', async () => {
    const path = await unzipOne(archive, (name: string) => name === 'word/document.xml', join(folder, 'out'));
    expect(readFileSync(path, 'utf8')).toMatch(/^<\?xml[^]*<\/w:document>\s*$/);
  });

  test('says so when the entry or the archive is not there', async () => {
    await expect(unzipOne(archive, () => false, join(folder, 'out'))).rejects.toThrow('no such file');
    writeFileSync(join(folder, 'no.zip'), 'this is no zip file');
    await expect(unzipOne(join(folder, 'no.zip'), () => true, join(folder, 'out'))).rejects.toThrow(
      'not a zip file',
    );
  });
});
