/**
 * What happened to Temporal workflows of each type, to be kept in test/histories/: `{type}-{end}.json`. Run by
 * `ADJUTANT_RECORD=1 npx jest test/histories` and committed by a person who means it (docs/testing.md, Recorded histories).
 */
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { addFiles } from '../../src/commands/add-files.ts';
import { cancelRun } from '../../src/commands/cancel-run.ts';
import { cancelTask } from '../../src/commands/cancel-task.ts';
import { stageFiles } from '../../src/commands/stage-files.ts';
import { createFileStorage } from '../../src/files/storage.ts';
import { historiesFolder, recordHistory } from './histories.ts';
import { isStep, type ScriptedHouse } from './scripted-house.ts';
import { temporaryFolder } from './temporary-folder.ts';

const step = {
  id: 'a',
  kind: 'agent',
  with: { goal: 'Gather the facts.', requires: [{ capability: 'research', level: 1 }] },
};
const broken = { id: 'b', kind: 'set', with: { values: { x: 'inputs.list[5]' } } };

export async function recordHistories(house: ScriptedHouse): Promise<void> {
  const keep = async (target: string, name: string) => {
    const handle = house.client.workflow.getHandle(target);
    await handle.result();
    await recordHistory(handle, join(historiesFolder, `${name}.json`));
  };
  await recordTasks(house, keep);
  await recordRuns(house, keep);
  await recordFiles(house, keep);
}

type Keep = (target: string, name: string) => Promise<void>;

async function recordTasks(house: ScriptedHouse, keep: Keep): Promise<void> {
  const done = await house.give({ goal: 'Compare three suppliers.' });
  await house.reaches('tasks', done, ['completed']);
  await keep(`task/${done}`, 'runTask-completed');
  house.answer(() => ({ fault: { kind: 'status', status: 400 } }));
  const failed = await house.give({ goal: 'Compare what cannot be compared.' });
  await house.reaches('tasks', failed, ['failed']);
  await keep(`task/${failed}`, 'runTask-failed');
  house.answer(() => null);
  const held = house.hold(isStep('Gather the facts'));
  const cancelled = await house.give({ goal: 'Compare three suppliers.' });
  await held;
  await house.db.inWorkspace(house.scope, (tx) => cancelTask(tx, house.caller, { taskId: cancelled }));
  await house.reaches('tasks', cancelled, ['cancelled']);
  await keep(`task/${cancelled}`, 'runTask-cancelled');
}

async function recordRuns(house: ScriptedHouse, keep: Keep): Promise<void> {
  const done = await house.run({ name: 'One step', steps: [step] });
  await house.reaches('runs', done, ['completed']);
  await keep(`run/${done}`, 'runWorkflow-completed');
  await recordTold(house, keep);
  const failed = await house.run({ name: 'A CEL error', steps: [step, broken] }, { list: [] });
  await house.reaches('runs', failed, ['failed']);
  await keep(`run/${failed}`, 'runWorkflow-failed');
  const held = house.hold(isStep('Gather the facts'));
  const cancelled = await house.run({ name: 'Held', steps: [step] });
  await held;
  await house.db.inWorkspace(house.scope, (tx) => cancelRun(tx, house.caller, { runId: cancelled }));
  await house.reaches('runs', cancelled, ['cancelled']);
  await keep(`run/${cancelled}`, 'runWorkflow-cancelled');
}

/**
 * A run that starts its step's execution with the answer to its first question and is told by its close, and that execution. (Those of
 * before runs were told are kept as `starts-with-answer` and `started-with-answer`.)
 */
async function recordTold(house: ScriptedHouse, keep: Keep): Promise<void> {
  const then = (id: string, before: string) => ({ ...step, id, dependsOn: [before] });
  const runId = await house.run({ name: 'Three steps', steps: [step, then('c', 'a'), then('d', 'c')] });
  await house.reaches('runs', runId, ['completed']);
  await keep(`run/${runId}`, 'runWorkflow-told-by-children');
  const [task] = await house.rows<{ id: string }>(
    `SELECT id FROM tasks WHERE run_id = $1 AND step_key = 'c'`,
    runId,
  );
  await keep(`task/${task?.id}`, 'runTask-tells-its-run');
}

async function recordFiles(house: ScriptedHouse, keep: Keep): Promise<void> {
  const done = await upload(house, 'notes.md', '# Prices\n\nOffer A costs 3.\n');
  await house.reaches('files', done, ['ready']);
  await keep(`file/${done}`, 'processFile-completed');
  const lost = await upload(house, 'gone.md', '# Gone\n');
  await house.reaches('files', lost, ['ready']);
  await house.rows(`UPDATE files SET status = 'uploaded', kind = 'pdf' WHERE id = $1`, lost);
  await house.db.inWorkspace(house.scope, async (tx) =>
    tx.wake({ target: `file/${lost}`, label: 'gone.md' }),
  );
  await house.reaches('files', lost, ['failed']);
  await keep(`file/${lost}`, 'processFile-failed');
  const long = await upload(
    house,
    'long.md',
    '# Long\n\nOffer A costs 3 and is the best of all.\n\n'.repeat(150_000),
  );
  await house.reaches('files', long, ['processing']);
  await house.client.workflow.getHandle(`file/${long}`).cancel();
  await house.reaches('files', long, ['failed']);
  await keep(`file/${long}`, 'processFile-cancelled');
}

/** A file as if it had come through the door. */
export async function upload(house: ScriptedHouse, name: string, text: string): Promise<string> {
  const path = join(await temporaryFolder('upload'), name);
  await writeFile(path, text);
  const staged = await stageFiles(createFileStorage(house.filesDir), [{ path, name }]);
  const [row] = await house.db.inWorkspace(house.scope, (tx) => addFiles(tx, house.caller, staged));
  if (!row) throw new Error('No file was stored.');
  return row.id;
}
