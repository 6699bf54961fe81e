import { beforeAll, expect, test } from '@jest/globals';
import { upload } from '../support/record-histories.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

let house: ScriptedHouse;
beforeAll(async () => {
  house = await openScriptedHouse();
}, 60_000);

async function read(name: string, text: string): Promise<string> {
  const id = await upload(house, name, text);
  await house.reaches('files', id, ['ready']);
  return id;
}

test('an agent searches and reads the files of its task, with their places; those of others are not there', async () => {
  const ours = await read('prices.md', '# Prices\n\nOffer A costs 3.\n\n# Dates\n\nOffer A comes in May.\n');
  await read('secret.md', '# Secret\n\nOffer A costs 1 for friends.\n');
  const calls = [
    { name: 'search_files', arguments: { query: 'costs' } },
    { name: 'read_file', arguments: { file: 'prices.md' } },
    { name: 'read_file', arguments: { file: 'secret.md' } },
  ];
  let asked = false;
  house.answer((call) => {
    if (asked || !call.toolNames.includes('read_file') || call.outputSchema) return null;
    asked = true;
    return { toolCalls: calls };
  });
  const requires = [{ name: 'research', level: 1 as const }];
  const id = await house.give({ goal: 'What does offer A cost?', files: [ours], requires });
  await house.reaches('tasks', id, ['completed']);
  const answers = await house.rows<{ name: string; text: string }>(
    `SELECT content->>'name' AS name, content->>'text' AS text FROM transcript WHERE task_id = $1 AND role = 'tool' ORDER BY seq`,
    id,
  );
  const found = answers.find(({ name }) => name === 'search_files')?.text;
  const files = answers.filter(({ name }) => name === 'read_file').map(({ text }) => text);
  expect(found).toMatch(/\[prices\.md, [^\]]+\][^[]*Offer A costs 3\./);
  expect(found).not.toContain('friends');
  // Calls of one turn are made side by side.
  expect(files).toHaveLength(2);
  expect(files).toContain('This task has no file "secret.md".');
  expect(files.join()).toContain('Offer A comes in May.');
});
