/**
 * A task that takes very many turns. By default 60, so that it is quick; `ADJUTANT_TURNS=1000` runs all of what is promised.
 */
import { expect, test } from '@jest/globals';
import { AgentSpec } from '../../src/contracts/agent.ts';
import { insertAgent } from '../../src/db/agent-store.ts';
import { openScriptedHouse, type ScriptedHouse } from '../support/scripted-house.ts';

const turns = Number(process.env.ADJUTANT_TURNS ?? 60);
const mostBytes = 5_000_000;
const mostEvents = 5_000;
const tokensPerTurn = 200;

/** Each run of the Temporal workflow, one continued as the next. */
async function runsOf(
  { client }: ScriptedHouse,
  workflowId: string,
): Promise<{ events: number; bytes: number }[]> {
  const runs: { events: number; bytes: number }[] = [];
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  let runId = raw.workflowExecutionInfo?.firstRunId;
  while (runId) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const info = (await handle.describe()).raw.workflowExecutionInfo;
    runs.push({ events: Number(info?.historyLength), bytes: Number(info?.historySizeBytes) });
    const { events } = await handle.fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

test(
  `a task of ${turns} turns keeps each of its runs in Temporal small, and its whole transcript in the record`,
  async () => {
    const house = await openScriptedHouse();
    const spec = AgentSpec.parse({
      name: 'Patient',
      role: 'master_operator',
      capabilities: [{ name: 'patience', level: 3 }],
      limits: { maxTurns: 1_000, maxMinutes: 600 },
    });
    await house.db.inWorkspace(house.scope, (tx) => insertAgent(tx, spec));
    const text =
      'each of the offers names a price and a date of delivery that the buyer has to check. '.repeat(11);
    let turn = 0;
    house.answer(() => {
      turn += 1;
      if (turn === turns) return { text: 'Done.' };
      return {
        text: `Turn ${turn}: ${text}`,
        toolCalls: [{ name: 'search_files', arguments: { query: `offer ${turn}` } }],
      };
    });
    await house.rows(
      `UPDATE workspaces SET settings = settings || '{"budgets": {"goalUsd": null, "goalTokens": null}}'`,
    );
    await house.rows(`DELETE FROM budgets`);
    const id = await house.give({ goal: 'Check every offer.', requires: [{ name: 'patience', level: 1 }] });
    await house.reaches('tasks', id, ['completed'], turns * 1_500);
    await house.isWhole(id);
    const [transcript] = await house.rows<{ entries: number; tokens: number }>(
      'SELECT count(*)::int AS entries, sum(tokens)::int AS tokens FROM transcript WHERE task_id = $1',
      id,
    );
    expect(transcript?.entries).toBe(2 * turns);
    expect(transcript?.tokens).toBeGreaterThan((turns - 1) * tokensPerTurn);
    const runs = await runsOf(house, `task/${id}`);
    for (const { events, bytes } of runs) {
      expect(events).toBeLessThan(mostEvents);
      expect(bytes).toBeLessThan(mostBytes);
    }
    // A test that counts shows what it counted.
    process.stdout.write(`${turns} turns, ${transcript?.tokens} tokens, runs: ${JSON.stringify(runs)}\n`);
  },
  turns * 1_600 + 60_000,
);
