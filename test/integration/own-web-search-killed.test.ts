import { expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import { openScriptedHouse } from '../support/scripted-house.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const pages = [{ title: 'Tides', url: 'https://tides.test/', said: 'High water comes twice a day.' }];

test('a worker that is killed between a search and its settlement: the try is booked at its most, and the search is made once more', async () => {
  const house = await openScriptedHouse({ workers: false });
  const scout = AgentSpec.parse({
    name: 'Scout',
    role: 'master_operator',
    capabilities: [{ name: 'scout', level: 3 }],
    tools: ['web_search'],
  });
  await house.db.inWorkspace(house.scope, (tx) => insertAgent(tx, scout));
  house.answer((call) => {
    if (call.searches) return { search: { pages } };
    if (/tool_result|"role":"tool"/.test(JSON.stringify(call.body))) return { text: 'Understood.' };
    return { toolCalls: [{ name: 'web_search', arguments: { query: 'tides' } }] };
  });
  const environment = { ANTHROPIC_API_KEY: 'test', ANTHROPIC_BASE_URL: house.server.url };
  const first = await startWorkerProcess(house, environment);
  const held = house.hold((call) => call.searches);
  const taskId = await house.give({ goal: 'Look for tides.', requires: [{ name: 'scout', level: 1 }] });
  await held;
  await first.kill();
  await startWorkerProcess(house, environment);
  expect(await house.reaches('tasks', taskId, ['completed', 'failed'], 90_000)).toMatchObject({
    status: 'completed',
  });
  const rows = await house.rows<{ outcome: string; usd: number; most: number }>(
    `SELECT outcome, micro_usd::int AS usd, reserved_micro_usd::int AS most FROM ledger
      WHERE task_id = $1 AND kind = 'search' ORDER BY try`,
    taskId,
  );
  expect(rows.map(({ outcome }) => outcome)).toEqual(['unknown', 'ok']);
  expect(rows[0]?.usd).toBe(rows[0]?.most);
  const [sum] = await house.rows<{ spent: number; reserved: number; booked: number }>(
    `SELECT spent_micro_usd::int AS spent, reserved_micro_usd::int AS reserved,
            (SELECT sum(micro_usd)::int FROM ledger WHERE task_id = $1) AS booked FROM budgets WHERE subject_id = $1`,
    taskId,
  );
  expect(sum).toEqual({ spent: sum?.booked, reserved: 0, booked: sum?.booked });
  await house.isWhole(taskId);
}, 180_000);
