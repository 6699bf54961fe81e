import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rowPattern = /^\| (.+?) \| (.+?) \| `(test\/[\w/.-]+)`: (.+?) \|$/;

function rows(): { fault: string; file: string; name: string }[] {
  const page = readFileSync(`${root}/docs/models.md`, 'utf8');
  const table = page.split('What a task comes to:')[1]?.split('\n\n')[1] ?? '';
  return table
    .split('\n')
    .slice(2)
    .map((line) => {
      const [, fault = line, , file = '', name = ''] = rowPattern.exec(line) ?? [];
      return { fault, file, name };
    });
}

test('every fault of a model call that the guide names is tried by the test that it names', () => {
  expect(rows().length).toBeGreaterThan(15);
  const unproven = rows().filter(
    ({ file, name }) =>
      !existsSync(`${root}/${file}`) || !readFileSync(`${root}/${file}`, 'utf8').includes(name),
  );
  expect(unproven).toEqual([]);
});
