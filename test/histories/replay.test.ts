import { readFile } from 'node:fs/promises';
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

const types = ['runTask', 'runWorkflow', 'runConversation', 'processFile'];
const ways = ['completed', 'failed', 'cancelled', 'retried', 'paused', 'approved', 'continued-as-new'];

/** The cells of the table in docs/testing.md, as `{type}-{way}`, each with what stands in it. */
async function tableOfTheGuide(): Promise<Map<string, string>> {
  const text = await readFile(new URL('../../docs/testing.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => types.some((type) => line.startsWith(`| \`${type}\` |`)));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  return new Map(
    cells.flatMap(([, type = '', ...rest]) =>
      ways.map((way, n): [string, string] => [`${type.replaceAll('`', '')}-${way}`, rest[n] ?? '']),
    ),
  );
}

test('every Temporal workflow has a recorded history of each way to go on and to end, or the guide says why there is none', async () => {
  const names = new Set((await recordedHistories()).map((path) => basename(path, '.json')));
  const said = await tableOfTheGuide();
  expect([...said.keys()].sort()).toEqual(types.flatMap((type) => ways.map((way) => `${type}-${way}`)).sort());
  for (const [name, cell] of said) {
    expect([name, cell === 'kept']).toEqual([name, names.has(name)]);
    expect([name, cell.length >= 4]).toEqual([name, true]);
  }
});

test('executions under way go on with the code of today: every recorded history is replayed', async () => {
  const paths = await recordedHistories();
  expect(new Set(paths.map((path) => basename(path).split('-')[0]))).toEqual(new Set(types));
  for (const path of paths) await replayHistory(path);
}, 60_000);

test('a run that is told by its children asks only at its beginning and its end', async () => {
  const path = (await recordedHistories()).find((each) => each.endsWith('runWorkflow-told-by-children.json'));
  const { events } = JSON.parse(await readFile(path ?? '', 'utf8')) as { events: Record<string, unknown>[] };
  const has = (attributes: string) => events.filter((event) => event[attributes] !== undefined).length;
  expect(has('childWorkflowExecutionCompletedEventAttributes')).toBe(3);
  expect(has('markerRecordedEventAttributes')).toBe(2);
});
