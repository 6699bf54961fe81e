import { beforeAll, expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import { type RunningApi, runApi } from '../api/support/running-api.ts';
import { createBankWire } from '../support/bank-wire.ts';
import { runGuide } from '../support/guide.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

const { wire, wired } = createBankWire();

let house: ScriptedHouse;
let api: RunningApi;
const known = new Map<string, string>();

beforeAll(async () => {
  const toolsOf = async () => [wire];
  house = await openScriptedHouse({ toolsOf });
  api = await runApi({ db: house.db, toolsOf });
  house.answer(({ body }) =>
    /"role":"tool"|function_call_output/.test(JSON.stringify(body))
      ? { text: 'That is settled.' }
      : { toolCalls: [{ name: 'bank_wire', arguments: { amount: 120, to: 'harbour' } }] },
  );
  const spec = AgentSpec.parse({ name: 'Payer', role: 'master_operator', tools: ['bank_wire'] });
  const { id } = await house.db.inWorkspace(house.scope, (tx) => insertAgent(tx, spec));
  known.set('agentId', id);
}, 120_000);

test('the guide to approvals is right: its examples give the answers that it shows', async () => {
  expect(await runGuide('approvals.md', api, known)).toBeGreaterThan(10);
  for (const name of ['secondTaskId', 'thirdTaskId'])
    await house.reaches('tasks', known.get(name) ?? '', ['completed']);
  expect(wired).toEqual([90, 80].map((amount) => ({ amount, to: 'harbour' })));
}, 240_000);
