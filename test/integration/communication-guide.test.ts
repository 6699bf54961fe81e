import { beforeAll, expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import { runApi, type RunningApi } from '../api/support/running-api.ts';
import { runGuide } from '../support/guide.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

let house: ScriptedHouse;
let api: RunningApi;
const known = new Map<string, string>();

beforeAll(async () => {
  house = await openScriptedHouse();
  api = await runApi({ db: house.db });
  house.answer((call) => {
    if (!call.text.includes('Ask which harbour')) return null;
    return call.text.includes('Bremerhaven')
      ? { text: 'Bremerhaven has a tide.' }
      : { toolCalls: [{ name: 'ask_person', arguments: { question: 'Which harbour?' } }] };
  });
  const hire = (name: string) =>
    house.db.inWorkspace(house.scope, async (tx) => {
      const spec = AgentSpec.parse({ name, role: 'master_operator', tools: ['ask_person', 'send_message'] });
      return (await insertAgent(tx, spec)).id;
    });
  known.set('agentId', await hire('Harbour clerk'));
  known.set('archivedId', await hire('Retired clerk'));
  await api.ask('DELETE', `agents/${known.get('archivedId')}`);
}, 120_000);

test('the guide to communication is right: its examples give the answers that it shows', async () => {
  expect(await runGuide('communication.md', api, known)).toBeGreaterThan(12);
}, 240_000);
