import { beforeAll, expect, test } from '@jest/globals';
import { recordTools } from '../../src/tools/registry.ts';
import { runApi, type RunningApi } from '../api/support/running-api.ts';
import { runGuide } from '../support/guide.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

let house: ScriptedHouse;
let api: RunningApi;

beforeAll(async () => {
  house = await openScriptedHouse();
  api = await runApi({ db: house.db, toolsOf: async () => recordTools });
  house.answer(({ text }) =>
    text.includes('Bring the ship in') || text.includes('Tame the kraken') ? { text: 'Done.' } : null,
  );
}, 120_000);

test('the guide to assignment is right: its examples give the answers that it shows', async () => {
  expect(await runGuide('assignment.md', api, new Map())).toBeGreaterThan(11);
}, 240_000);
