import { describe, expect, test } from '@jest/globals';
import { type ArtifactFile, createWriteArtifact } from '../../src/tools/write-artifact.ts';
import { outsideContext } from './support/outside.ts';

const saved: ArtifactFile[] = [];
const tool = createWriteArtifact(async (_context, file) => {
  saved.push(file);
  return { id: 'fil_1', name: file.name };
});
const write = (args: Record<string, unknown>) => tool.run(outsideContext(), args);

describe('write_artifact', () => {
  test.each([
    ['report', 'markdown', '# Report', 'report.md', 'text/markdown'],
    ['table.csv', 'csv', 'a,b\n1,2\n', 'table.csv', 'text/csv'],
    ['Data.JSON', 'json', '{"a": 1}', 'Data.JSON', 'application/json'],
    ['notes.md', 'text', 'Plain.', 'notes.md.txt', 'text/plain'],
  ])('writes %s as %s', async (...[name, format, content, written, mediaType]) => {
    const answer = await write({ name, format, content });
    expect(answer).toMatchObject({
      text: `Written: ${written} (fil_1).`,
      data: { fileId: 'fil_1', name: written },
    });
    expect(saved.at(-1)).toMatchObject({ name: written, mediaType, content });
  });

  test.each([
    ['../../etc/passwd', 'text', 'x', /no folders/],
    ['a\\b', 'text', 'x', /no folders/],
    ['.hidden', 'text', 'x', /dot/],
    ['a\u202egpj.md', 'markdown', 'x', /characters/],
    ['broken', 'json', '{"a": }', /no JSON/],
    ['broken', 'csv', 'a,b\n1,2,3\n', /no CSV.*line 2/],
    ['blank', 'text', '  \n', /empty/],
    ['null', 'text', 'a\u0000b', /null character/],
  ])('refuses %j as %s, and says why', async (name, format, content, why) => {
    const before = saved.length;
    const answer = await write({ name, format, content });
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(why);
    expect(saved.length).toBe(before);
  });

  test('tells everything that is wrong at once', async () => {
    const { text } = await write({ name: '/.x', format: 'json', content: '{' });
    expect(text).toMatch(/no folders[^]*no JSON/);
  });
});
