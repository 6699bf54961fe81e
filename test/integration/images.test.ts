import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { addFiles } from '../../src/commands/add-files.ts';
import { setModel } from '../../src/commands/set-model.ts';
import { stageFiles } from '../../src/commands/stage-files.ts';
import { createFileStorage } from '../../src/files/storage.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

const picture = fileURLToPath(new URL('../files/fixtures/picture.png', import.meta.url));

let house: ScriptedHouse;
let fileId = '';
beforeAll(async () => {
  house = await openScriptedHouse();
  await house.hire({ name: 'Ivy', capability: 'seeing' });
  const staged = await stageFiles(createFileStorage(house.filesDir), [
    { path: join(picture), name: 'picture.png' },
  ]);
  const [file] = await house.db.inWorkspace(house.scope, (tx) => addFiles(tx, house.caller, staged));
  fileId = file?.id ?? '';
}, 60_000);

async function ask(): Promise<Record<string, unknown> | undefined> {
  const id = await house.give({
    goal: 'What do you see?',
    files: [fileId],
    requires: [{ name: 'seeing', level: 1 }],
  });
  house.answer(() => ({ text: 'A picture.' }));
  expect(await house.reaches('tasks', id, ['completed', 'failed'])).toMatchObject({ status: 'completed' });
  await house.isWhole(id);
  return house.server.calls().findLast((call) => call.callKey?.startsWith(id))?.body;
}
const imageOf = (body: Record<string, unknown> | undefined) =>
  /data:image\/png;base64,[\w+/=]{20}/.exec(JSON.stringify(body))?.[0];

describe('an image among the files of a task', () => {
  test('is shown to a model that sees, and named in its text', async () => {
    const body = await ask();
    expect(imageOf(body)).toBeDefined();
    expect(JSON.stringify(body)).toContain('picture.png');
    expect(
      await house.rows(`SELECT request->'images'->0->>'fileId' AS id FROM effects WHERE request ? 'images'`),
    ).toEqual([{ id: fileId }]);
  });

  test('is not shown to one that does not, which is told that there is one that it cannot see', async () => {
    const fit = ['plan', 'tools', 'json', 'write'] as const;
    const models = [
      'gpt-6.1-sol',
      'gpt-6.1-terra',
      'gpt-6-astra',
      'gpt-6-luna',
      'gpt-5.6-sol',
      'gpt-5.6-terra',
      'gpt-5.4-mini',
      'gpt-4.1-mini',
    ];
    await house.db.inWorkspace(house.scope, async (tx) => {
      for (const model of models)
        await setModel(tx, house.caller, { provider: 'openai', model, entry: { fit: [...fit] } });
    });
    const body = await ask();
    expect(imageOf(body)).toBeUndefined();
    expect(JSON.stringify(body)).toContain('If you were shown none, you cannot see it: say so');
  });
});
