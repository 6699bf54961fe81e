import { beforeAll, describe, expect, test } from '@jest/globals';
import { allEnded } from '../../src/db/connection.ts';
import { createDataSource } from '../../src/db/data-source.ts';
import { createDatabase, type Database, type Tx } from '../../src/db/record.ts';
import { closeLater } from '../support/close-later.ts';
import { createTestDatabase, postgresVersions } from '../support/database.ts';

describe.each(postgresVersions)('a connection to PostgreSQL %i', (version) => {
  let db: Database;
  const scope = { workspaceId: 'wsp_none', actor: 'test' };
  beforeAll(async () => {
    const { url } = await createTestDatabase({ version });
    const options = { url, poolSize: 1, applicationName: 'connection test' };
    const dataSource = await createDataSource(options).initialize();
    closeLater('the data source', () => dataSource.destroy());
    db = createDatabase(dataSource, { ring: () => undefined });
  });

  const prepared = async () =>
    (await db.acrossWorkspaces<{ n: number }>('SELECT count(*)::int AS n FROM pg_prepared_statements'))[0]?.n;

  test('a statement that comes again is prepared, one that comes once is not', async () => {
    const before = (await prepared()) ?? 0;
    for (let n = 0; n < 30; n += 1)
      await db.acrossWorkspaces(`SELECT ${version * 100 + n} AS once, $1::int AS x`, [n]);
    for (let n = 0; n < 3; n += 1)
      expect(await db.acrossWorkspaces('SELECT $1::int AS some_number', [n])).toEqual([{ someNumber: n }]);
    // The one above and the count itself.
    expect(await prepared()).toBe(before + 2);
  });

  test('a table that is changed under a prepared statement costs one more try, not an error', async () => {
    await db.acrossWorkspaces('CREATE TABLE changing (a int)');
    await db.acrossWorkspaces('INSERT INTO changing VALUES (1)');
    const read = () => db.inWorkspace(scope, (tx) => tx.sql('SELECT * FROM changing'));
    for (let n = 0; n < 3; n += 1) expect(await read()).toEqual([{ a: 1 }]);
    await db.acrossWorkspaces('ALTER TABLE changing ADD COLUMN b_c text');
    expect(await read()).toEqual([{ a: 1, bC: null }]);
    expect(await db.acrossWorkspaces('SELECT * FROM changing')).toEqual([{ a: 1, bC: null }]);
  });

  test('a failure that somebody swallowed does not pass for a commit', async () => {
    const work = db.inWorkspace(scope, async (tx) => {
      await tx.sql('CREATE TABLE never (a int)');
      await tx.sql('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(await db.acrossWorkspaces(`SELECT to_regclass('never') AS it`)).toEqual([{ it: null }]);
  });

  test('what is written without looking at the answer is there for the next statement, and goes with the transaction', async () => {
    await db.acrossWorkspaces('CREATE TABLE written (a int)');
    const seen = await db.inWorkspace(scope, async (tx) => {
      tx.write('INSERT INTO written VALUES ($1)', [1]);
      return tx.sql('SELECT a FROM written');
    });
    expect(seen).toEqual([{ a: 1 }]);
    const work = db.inWorkspace(scope, async (tx) => {
      tx.write('INSERT INTO written VALUES ($1)', [2]);
      await tx.sql('SELECT 1');
      throw new Error('No.');
    });
    await expect(work).rejects.toThrow('No.');
    expect(await db.acrossWorkspaces('SELECT a FROM written')).toEqual([{ a: 1 }]);
  });

  test('what failed without anybody looking is told by what follows, or else by the commit', async () => {
    const before = db.inWorkspace(scope, async (tx) => {
      tx.write('SELECT 1 / $1', [0]);
      await tx.sql('SELECT 1');
    });
    await expect(before).rejects.toThrow('division by zero');
    const last = db.inWorkspace(scope, async (tx) => tx.write('SELECT 1 / $1', [0]));
    await expect(last).rejects.toThrow('division by zero');
  });

  test('what goes ahead is sent with the beginning, in the transaction and its workspace', async () => {
    const readId = (tx: Tx) =>
      tx.sql(`SELECT pg_current_xact_id()::text AS id, current_setting('adjutant.workspace') AS workspace`);
    const [first, second] = await db.inWorkspace(
      scope,
      async (tx, known: unknown[]) => [known, await readId(tx)],
      readId,
    );
    expect(first).toEqual([{ id: expect.any(String), workspace: 'wsp_none' }]);
    expect(second).toEqual(first);
  });

  test('work whose statements want one plan has it from the first time on, and only that work', async () => {
    const plans = () =>
      db.acrossWorkspaces(
        `SELECT generic_plans::int AS generic, custom_plans::int AS custom FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int AS planned%'`,
      );
    const ask = (planOnce: boolean) =>
      db.inWorkspace({ ...scope, planOnce }, (tx) => tx.sql('SELECT $1::int AS planned', [1]));
    // The first one is not prepared yet.
    for (const planOnce of [true, true, true, false]) await ask(planOnce);
    expect(await plans()).toEqual([{ generic: 2, custom: 1 }]);
  });

  test('what is kept in memory of the record is kept after the commit, and of a transaction that failed nothing', async () => {
    const kept: string[] = [];
    const work = (name: string, then: () => void) =>
      db.inWorkspace(scope, async (tx) => {
        tx.afterCommit(() => void kept.push(name));
        expect(kept).toEqual([]);
        then();
      });
    const fail = () => {
      throw new Error('No.');
    };
    await expect(work('failed', fail)).rejects.toThrow('No.');
    await work('done', () => undefined);
    expect(kept).toEqual(['done']);
  });

  test('of statements that are sent together the one that failed is told, not those that failed because of it', async () => {
    const work = db.inWorkspace(scope, (tx) => {
      const first = async () => {
        await tx.sql('SELECT 1');
        await tx.sql('SELECT 2');
      };
      return allEnded([first(), tx.sql('SELECT 1 / 0')]);
    });
    await expect(work).rejects.toThrow('division by zero');
  });

  test('is whole again after a failed transaction', async () => {
    await expect(db.inWorkspace(scope, (tx) => tx.sql('SELECT 1 / 0'))).rejects.toThrow('division by zero');
    expect(await db.inWorkspace(scope, (tx) => tx.sql('SELECT 1 AS a'))).toEqual([{ a: 1 }]);
  });

  test('that the server ends is replaced', async () => {
    const end = db.inWorkspace(scope, (tx) => tx.sql('SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(end).rejects.toThrow();
    expect(await db.inWorkspace(scope, (tx) => tx.sql('SELECT 1 AS a'))).toEqual([{ a: 1 }]);
  });
});
