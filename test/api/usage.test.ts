import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerEntryView, UsageLine } from '../../src/contracts/task-views.ts';
import type { Task } from '../../src/contracts/task.ts';
import { newId } from '../../src/db/new-id.ts';
import { type PlantedTree, plantTree } from './support/plant-tree.ts';
import { type RunningApi, runApi } from './support/running-api.ts';

interface Booked {
  taskId: string;
  rootTaskId: string;
  runId: string | null;
  agentId: string | null;
  model: string;
  day: string;
  microUsd: number;
}

let api: RunningApi;
let trees: PlantedTree[];
let booked: Booked[];

/** Many paid calls, lost and failed ones among them, over trees, runs, agents, models and days. */
beforeAll(async () => {
  api = await runApi();
  trees = [await plantTree(api, { children: 3 }), await plantTree(api, { children: 2 })];
  await api.db.acrossWorkspaces('DELETE FROM ledger');
  const agents = (await api.db.acrossWorkspaces<{ id: string }>('SELECT id FROM agents')).map(({ id }) => id);
  const place = fc.constantFrom(
    ...trees.flatMap(({ rootId, runId, childIds }) => [
      { taskId: rootId, rootTaskId: rootId, runId: null },
      ...childIds.map((taskId) => ({ taskId, rootTaskId: rootId, runId })),
    ]),
  );
  const row = fc.record({
    place,
    agentId: fc.option(fc.constantFrom(...agents)),
    model: fc.constantFrom('m-1', 'm-2', 'm-3'),
    day: fc.constantFrom('2026-11-19', '2026-11-20', '2026-11-21'),
    microUsd: fc.oneof(fc.nat(2_000_000), fc.nat(30)),
  });
  booked = fc
    .sample(row, { numRuns: 400, seed: 7 })
    .map(({ place: at, ...rest }): Booked => ({ ...at, ...rest }));
  await api.db.inWorkspace({ workspaceId: api.workspaceId, actor: 'system' }, async (tx) => {
    for (const [n, each] of booked.entries())
      await tx.sql(
        `INSERT INTO ledger (id, workspace_id, call_id, call_key, try, task_id, root_task_id, run_id, agent_id, attempt, provider, model, purpose, outcome, input_tokens, output_tokens, micro_usd, started_at)
         VALUES ($1, $2, $1, $3, 1, $4, $5, $6, $7, 1, 'p', $8, 'work', $9, 10, 1, $10, $11)`,
        [
          newId('ledgerEntry'),
          tx.workspaceId,
          `key-${n}`,
          each.taskId,
          each.rootTaskId,
          each.runId,
          each.agentId,
          each.model,
          ['ok', 'unknown', 'failed', 'aborted'][n % 4],
          each.microUsd,
          `${each.day}T12:00:00Z`,
        ],
      );
  });
});

const cents = (rows: readonly Booked[]) => rows.reduce((sum, { microUsd }) => sum + microUsd, 0);
/** Micro-dollars of a sum that came as dollars. */
const micro = (usd: number | null) => Math.round((usd ?? Number.NaN) * 1e6);

describe('the totals of what calls cost', () => {
  test.each([
    ['task', (row: Booked) => row.rootTaskId],
    ['run', (row: Booked) => row.runId ?? ''],
    ['agent', (row: Booked) => row.agentId ?? ''],
    ['model', (row: Booked) => `p/${row.model}`],
    ['day', (row: Booked) => row.day],
  ] as const)('by %s are those of the rows, to the cent and below', async (groupBy, keyOf) => {
    const { body } = await api.ask<{ items: UsageLine[] }>('GET', `/api/v2/usage?groupBy=${groupBy}`);
    const got = new Map(body.items.map(({ key, cost }) => [key, [micro(cost.usd), cost.calls]]));
    const rows = Map.groupBy(booked, keyOf);
    expect(got).toEqual(new Map([...rows].map(([key, group]) => [key, [cents(group), group.length]])));
    expect([...got.values()].reduce((sum, [usd]) => sum + (usd ?? 0), 0)).toBe(cents(booked));
  });

  test('of a tree are those of its tasks, and of its rows in the ledger, page by page', async () => {
    for (const { rootId, childIds } of trees) {
      const ours = booked.filter(({ rootTaskId }) => rootTaskId === rootId);
      const { body: root } = await api.ask<Task>('GET', `/api/v2/tasks/${rootId}`);
      expect(micro(root.treeCost.usd)).toBe(cents(ours));
      const own = await Promise.all(
        [rootId, ...childIds].map(
          async (id) => (await api.ask<Task>('GET', `/api/v2/tasks/${id}`)).body.cost.usd,
        ),
      );
      expect(own.reduce<number>((sum, usd) => sum + micro(usd), 0)).toBe(cents(ours));
      let pageToken = '';
      let sum = 0;
      let lines = 0;
      do {
        const query = `pageSize=50${pageToken ? `&pageToken=${pageToken}` : ''}`;
        const { body } = await api.ask<{ items: LedgerEntryView[]; nextPageToken: string | null }>(
          'GET',
          `/api/v2/tasks/${rootId}/ledger?${query}`,
        );
        sum += body.items.reduce((all, { usd }) => all + micro(usd), 0);
        lines += body.items.length;
        pageToken = body.nextPageToken ?? '';
      } while (pageToken);
      expect([sum, lines]).toEqual([cents(ours), ours.length]);
    }
  });
});
