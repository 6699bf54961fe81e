import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import { recordedHistories, replayHistory } from '../support/histories.ts';
import { recordContinuedConversation, recordConversations } from '../support/record-conversations.ts';
import { recordContinued, recordControlled } from '../support/record-controlled.ts';
import { recordHistories } from '../support/record-histories.ts';
import { openScriptedHouse } from '../support/scripted-house.ts';

// biome-ignore lint/style/noProcessEnv: a switch for a person, not a setting of the product
const recording = process.env.ADJUTANT_RECORD === '1';

(recording ? test : test.skip)('records the histories anew', async () => recordHistories(await openScriptedHouse()), 120_000);

(recording ? test : test.skip)('records the histories of conversations anew', async () => {
  await recordConversations(await openScriptedHouse());
  await recordContinuedConversation();
}, 120_000);

(recording ? test : test.skip)('records the histories of what people hold up anew, and of long ones', async () => {
  await recordControlled(await openScriptedHouse());
  await recordContinued();
}, 240_000);

test('of tasks and of runs every way to go on and to end is recorded', async () => {
  const names = (await recordedHistories()).map((path) => basename(path, '.json'));
  const ways = ['completed', 'failed', 'cancelled', 'retried', 'paused', 'approved', 'continued-as-new'];
  const all = ['runTask', 'runWorkflow'].flatMap((type) => ways.map((way) => `${type}-${way}`));
  expect(all.filter((name) => !names.includes(name))).toEqual([]);
});

test('executions under way go on with the code of today: every recorded history is replayed', async () => {
  const paths = await recordedHistories();
  const types = new Set(paths.map((path) => basename(path).split('-')[0]));
  expect([...types].sort()).toEqual(['processFile', 'runConversation', 'runTask', 'runWorkflow']);
  for (const path of paths) await replayHistory(path);
}, 60_000);
