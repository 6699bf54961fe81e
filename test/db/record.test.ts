import { beforeAll, describe, expect, test } from '@jest/globals';
import { findAgent, insertAgent, lockAgent, reviseAgent } from '../../src/db/agent-store.ts';
import { AgentSpec } from '../../src/contracts/agent.ts';
import type { EventEnvelope } from '../../src/contracts/event.ts';
import { createDataSource } from '../../src/db/data-source.ts';
import { newId } from '../../src/db/new-id.ts';
import { createDatabase, type Database } from '../../src/db/record.ts';
import { closeLater } from '../support/close-later.ts';
import { createTestDatabase, postgresVersions } from '../support/database.ts';

describe.each(postgresVersions)('the record on PostgreSQL %i', (version) => {
  let db: Database;
  let workspaceId: string;
  const rung: EventEnvelope[] = [];
  beforeAll(async () => {
    const { url } = await createTestDatabase({ version });
    const dataSource = await createDataSource({
      url,
      poolSize: 10,
      applicationName: 'record test',
    }).initialize();
    closeLater('the data source', () => dataSource.destroy());
    db = createDatabase(dataSource, { ring: ({ events }) => rung.push(...events) });
    const [home] = await db.acrossWorkspaces<{ id: string }>('SELECT id FROM workspaces');
    workspaceId = home?.id ?? '';
  });
  const scope = () => ({ workspaceId, actor: 'system' });
  const note = (stream: string, text: string) => ({
    stream,
    type: 'task.progressed' as const,
    data: { note: text },
  });

  test('parallel writers leave no gap and no repeat in any stream, in whatever order they touch them', async () => {
    const streams = Array.from({ length: 4 }, () => `task/${newId('task')}`);
    const writers = Array.from({ length: 40 }, (_, writer) =>
      db.inWorkspace(scope(), async (tx) => {
        const order = writer % 2 === 0 ? streams : streams.toReversed();
        for (const stream of order) {
          tx.emit(note(stream, `${writer} first`));
          tx.emit(note(stream, `${writer} second`));
        }
        await tx.sql('SELECT 1');
      }),
    );
    await Promise.all(writers);
    for (const stream of streams) {
      const rows = await db.acrossWorkspaces<{ seq: number; note: string }>(
        `SELECT seq, data->>'note' AS note FROM events WHERE stream = $1 ORDER BY seq`,
        [stream],
      );
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 80 }, (_, index) => index + 1));
      // What one transaction says stays together and in its order.
      for (let index = 0; index < 80; index += 2) {
        expect(rows[index + 1]?.note).toBe(rows[index]?.note.replace('first', 'second'));
      }
    }
  });

  test('a transaction that fails leaves neither rows nor events nor a gap, and rings no bell', async () => {
    const stream = `task/${newId('task')}`;
    await db.inWorkspace(scope(), async (tx) => tx.emit(note(stream, 'one')));
    const before = rung.length;
    const agents = await db.acrossWorkspaces('SELECT 1 FROM agents');
    const failing = db.inWorkspace(scope(), async (tx) => {
      await insertAgent(tx, AgentSpec.parse({ name: 'Half', role: 'master_operator' }));
      tx.emit(note(stream, 'never'));
      tx.wake({ target: stream, label: 'never' });
      throw new Error('in the middle');
    });
    await expect(failing).rejects.toThrow('in the middle');
    expect(rung).toHaveLength(before);
    expect(await db.acrossWorkspaces('SELECT 1 FROM agents')).toEqual(agents);
    expect(await db.acrossWorkspaces('SELECT 1 FROM outbox WHERE target = $1', [stream])).toEqual([]);
    await db.inWorkspace(scope(), async (tx) => tx.emit(note(stream, 'two')));
    expect(rung.at(-1)).toMatchObject({ stream, seq: 2, data: { note: 'two' } });
  });

  test('waking the same target twice in a transaction is one outbox entry', async () => {
    const target = `task/${newId('task')}`;
    await db.inWorkspace(scope(), async (tx) => {
      tx.wake({ target, label: 'once' });
      tx.wake({ target, label: 'twice' });
    });
    expect(await db.acrossWorkspaces('SELECT label FROM outbox WHERE target = $1', [target])).toEqual([
      { label: 'once' },
    ]);
  });

  test('another workspace’s rows are not there', async () => {
    const [agent] = await db.acrossWorkspaces<{ id: string }>('SELECT id FROM agents LIMIT 1');
    const foreign = { workspaceId: newId('workspace'), actor: 'system' };
    const seen = await db.inWorkspace(foreign, async (tx) => [
      await findAgent(tx, agent?.id ?? ''),
      await lockAgent(tx, agent?.id ?? ''),
    ]);
    expect(seen).toEqual([null, null]);
  });

  test('two who revise an agent at once make two revisions', async () => {
    const spec = AgentSpec.parse({ name: 'Revised', role: 'master_operator' });
    const { id } = await db.inWorkspace(scope(), (tx) => insertAgent(tx, spec));
    const revise = (name: string) =>
      db.inWorkspace(scope(), async (tx) => {
        await lockAgent(tx, id);
        return (await reviseAgent(tx, id, { ...spec, name })).revision;
      });
    expect((await Promise.all([revise('A'), revise('B')])).sort()).toEqual([2, 3]);
  });

  test('two transactions that block each other both end: the loser is tried again', async () => {
    const spec = AgentSpec.parse({ name: 'Crossed', role: 'master_operator' });
    const [one, other] = await db.inWorkspace(scope(), async (tx) => [
      await insertAgent(tx, spec),
      await insertAgent(tx, spec),
    ]);
    let arrived = 0;
    let open: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      open = resolve;
    });
    const cross = (first: string, second: string) =>
      db.inWorkspace(scope(), async (tx) => {
        await lockAgent(tx, first);
        arrived += 1;
        if (arrived === 2) open();
        await both;
        await lockAgent(tx, second);
        return true;
      });
    const ends = await Promise.all([
      cross(one?.id ?? '', other?.id ?? ''),
      cross(other?.id ?? '', one?.id ?? ''),
    ]);
    expect(ends).toEqual([true, true]);
    expect(arrived).toBeGreaterThan(2);
  });
});
