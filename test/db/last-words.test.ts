import { beforeAll, describe, expect, test } from '@jest/globals';
import { warningOf } from '../../src/core/budget/escrow.ts';
import { releaseAtEnd } from '../../src/db/budgets/release.ts';
import { reserveInPurses } from '../../src/db/budgets/purses.ts';
import { createDataSource } from '../../src/db/data-source.ts';
import { newId } from '../../src/db/new-id.ts';
import { insertTask } from '../../src/db/task-store.ts';
import { createDatabase, type Database, type Tx } from '../../src/db/record.ts';
import { closeLater } from '../support/close-later.ts';
import { createTestDatabase, postgresVersions } from '../support/database.ts';

/** What a transaction writes together with its commit (decision 0028). */
describe.each(postgresVersions)('last words on PostgreSQL %i', (version) => {
  let db: Database;
  let workspaceId: string;
  const rung: string[] = [];
  beforeAll(async () => {
    const { url } = await createTestDatabase({ version });
    const dataSource = await createDataSource({
      url,
      poolSize: 4,
      applicationName: 'last words',
    }).initialize();
    closeLater('the data source', () => dataSource.destroy());
    db = createDatabase(dataSource, { ring: ({ events }) => rung.push(...events.map(({ type }) => type)) });
    const [home] = await db.acrossWorkspaces<{ id: string }>('SELECT id FROM workspaces');
    workspaceId = home?.id ?? '';
  });

  /** @returns whether it was done once, or begun anew step by step */
  async function ways(work: (tx: Tx) => unknown): Promise<boolean[]> {
    const seen: boolean[] = [];
    await db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => {
      seen.push(tx.stepwise);
      await work(tx);
    });
    return seen;
  }

  async function purse(limits: { usd: number | null; tokens: number | null }, spent = 0, warned = 0) {
    const id = newId('budget');
    await db.acrossWorkspaces(
      `INSERT INTO budgets (id, workspace_id, scope, subject_id, limit_micro_usd, limit_tokens, spent_micro_usd, spent_tokens, warned)
       VALUES ($1, $2, 'tree', $3, $4, $5, $6, $6, $7)`,
      [id, workspaceId, newId('task'), limits.usd, limits.tokens, spent, warned],
    );
    return id;
  }

  /** @returns the id of a row in the ledger, of a try that draws on these purses */
  async function tryOn(purseIds: string[]): Promise<string> {
    const [id, taskId] = [newId('ledgerEntry'), newId('task')];
    await db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => {
      const about = {
        role: 'master_operator',
        title: 'Pay',
        goal: 'Pay',
        status: 'pending',
        actor: 'system',
      } as const;
      await insertTask(tx, { ...about, id: taskId, rootId: taskId, priority: 2, depth: 0 });
      await tx.sql(
        `INSERT INTO ledger (id, workspace_id, call_id, call_key, try, task_id, root_task_id, attempt, provider, model, purpose, outcome, budget_ids)
         VALUES ($1, $2, $1, $1, 1, $3, $3, 1, 'openai', 'any', 'work', 'open', $4)`,
        [id, workspaceId, taskId, purseIds],
      );
    });
    return id;
  }

  const nothing = { microUsd: 0, tokens: 0 };
  const settle = (tx: Tx, id: string) =>
    releaseAtEnd(tx, [{ rootTaskId: newId('task'), budgetIds: [id], reserved: nothing, spent: nothing }]);

  test('a settlement is begun anew exactly when core says that a warning is due that was not told', async () => {
    const cases = [null, 0, 10, 33].flatMap((usd) =>
      [null, 0, 20].flatMap((tokens) =>
        [0, 4, 5, 8, 16, 26, 27, 33].flatMap((spent) =>
          [0, 50, 80, 100].map((warned) => ({ usd, tokens, spent, warned })),
        ),
      ),
    );
    for (const { usd, tokens, spent, warned } of cases) {
      const id = await purse({ usd, tokens }, spent, warned);
      const due = warningOf({
        ...{ id, scope: 'tree', subjectId: '', limitMicroUsd: usd, limitTokens: tokens, warned },
        ...{ spentMicroUsd: spent, spentTokens: spent, reservedMicroUsd: 0, reservedTokens: 0 },
      });
      const seen = { usd, tokens, spent, warned, ways: await ways((tx) => settle(tx, id)) };
      expect(seen).toEqual({ ...seen, ways: due > warned ? [false, true] : [false] });
    }
  });

  test('who is refused has committed nothing, rung nothing, and does all of it again', async () => {
    const id = await purse({ usd: 10, tokens: null });
    const entryId = await tryOn([id]);
    const stream = `task/${newId('task')}`;
    rung.length = 0;
    const seen = await ways((tx) => {
      tx.emit({ stream, type: 'task.progressed', data: { note: tx.stepwise ? 'anew' : 'at once' } });
      if (!tx.stepwise) tx.lastly(() => reserveInPurses(tx, [{ entryId, microUsd: 11, tokens: 0 }]));
    });
    expect(seen).toEqual([false, true]);
    expect(rung).toEqual(['task.progressed']);
    expect(
      await db.acrossWorkspaces(`SELECT seq::int, data->>'note' AS note FROM events WHERE stream = $1`, [
        stream,
      ]),
    ).toEqual([{ seq: 1, note: 'anew' }]);
    expect(
      await db.acrossWorkspaces('SELECT reserved_micro_usd AS reserved FROM budgets WHERE id = $1', [id]),
    ).toEqual([{ reserved: 0 }]);
  });

  test('what has room is written with the commit, in all purses', async () => {
    const [one, other] = [await purse({ usd: 10, tokens: null }), await purse({ usd: null, tokens: 5 })];
    const entryId = await tryOn([one, other]);
    const reserve = (tokens: number) => (tx: Tx) =>
      void (!tx.stepwise && tx.lastly(() => reserveInPurses(tx, [{ entryId, microUsd: 5, tokens }])));
    expect(await ways(reserve(5))).toEqual([false]);
    // Room in one of them is not enough.
    expect(await ways(reserve(1))).toEqual([false, true]);
    expect(
      await db.acrossWorkspaces(
        'SELECT reserved_micro_usd AS usd, reserved_tokens AS tokens FROM budgets WHERE id = ANY ($1)',
        [[one, other]],
      ),
    ).toEqual([
      { usd: 5, tokens: 5 },
      { usd: 5, tokens: 5 },
    ]);
  });

  test('who draws on no purse is never refused', async () => {
    for (const entryId of [await tryOn([]), newId('ledgerEntry')])
      expect(
        await ways((tx) => tx.lastly(() => reserveInPurses(tx, [{ entryId, microUsd: 1e12, tokens: 1e12 }]))),
      ).toEqual([false]);
  });

  test('another failure among them is told as what it is, and nothing is committed', async () => {
    const stream = `task/${newId('task')}`;
    const failing = ways((tx) => {
      tx.emit({ stream, type: 'task.progressed', data: { note: 'never' } });
      tx.lastly(() => tx.sql('SELECT 1 / 0'));
    });
    await expect(failing).rejects.toThrow('division by zero');
    expect(await db.acrossWorkspaces('SELECT 1 FROM events WHERE stream = $1', [stream])).toEqual([]);
  });
});
