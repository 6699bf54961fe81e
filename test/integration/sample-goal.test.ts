import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { addFiles } from '../../src/commands/add-files.ts';
import { createTask } from '../../src/commands/create-task.ts';
import { stageFiles } from '../../src/commands/stage-files.ts';
import { CreateTask, type TaskResult } from '../../src/contracts/task.ts';
import { createFileStorage } from '../../src/files/storage.ts';
import { startLlamaServer } from '../../src/models/embedded/llama-server.ts';
import { closeLater } from '../support/close-later.ts';
import { ggufFile } from '../support/gguf.ts';
import { type House, openHouse } from '../support/house.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const goal = 'Write a one-page memo for the board: the three biggest risks, each with its source.';

/** Uploads what lies in `samples/` and gives the goal with them. */
async function giveSample(house: House, text: string): Promise<string> {
  const folder = await temporaryFolder('samples');
  const names = (await readdir('samples')).filter((name) => name !== 'README.md');
  const received = await Promise.all(
    names.map(async (name) => {
      await copyFile(join('samples', name), join(folder, name));
      return { path: join(folder, name), name };
    }),
  );
  const staged = await stageFiles(createFileStorage(house.filesDir), received);
  return house.db.inWorkspace(house.scope, async (tx) => {
    const files = await addFiles(tx, house.caller, staged);
    const { id } = await createTask(
      tx,
      house.caller,
      CreateTask.parse({ goal: text, files: files.map((file) => file.id) }),
    );
    return id;
  });
}

test('the sample goal ends with a memo that names two documents, by the built-in model alone', async () => {
  const llama = await startLlamaServer({ modelPath: ggufFile(), port: 0 });
  closeLater('the built-in model', () => llama.close());
  const house = await openHouse({
    models: {
      openai: undefined,
      anthropic: undefined,
      llama: { baseUrl: llama.url, model: undefined, fit: undefined },
      stallMs: 60_000,
    },
    filesDir: await temporaryFolder('files'),
  });
  const startedAt = Date.now();
  const id = await giveSample(house, goal);
  const task = await house.reaches('tasks', id, ['completed', 'failed'], 110_000);
  if (process.env.ADJUTANT_TEST_LOG)
    process.stdout.write(
      `${Date.now() - startedAt} ms\n${JSON.stringify(task.error)}\n${(task.result as TaskResult | null)?.markdown}\n`,
    );
  expect(task).toMatchObject({ status: 'completed', planOrigin: 'template' });
  const { markdown } = task.result as TaskResult;
  expect(markdown).toContain('operations-report-q3-2026.pdf');
  expect(markdown).toContain('incident-log-2026.csv');
  expect(markdown.toLowerCase()).toContain('oakhurst');
  expect(markdown.toLowerCase()).toContain('compressors');
  const waiting = await giveSample(house, 'Book me a flight to Oslo.');
  expect(await house.reaches('tasks', waiting, ['waiting'], 30_000)).toMatchObject({
    waitingFor: expect.stringMatching(/files|model/),
  });
  await house.reaches('tasks', waiting, ['waiting'], 30_000);
}, 180_000);
