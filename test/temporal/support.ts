import pino from 'pino';
import { createDataSource } from '../../src/db/data-source.ts';
import { newId } from '../../src/db/new-id.ts';
import { type Bell, createDatabase, type Database } from '../../src/db/record.ts';
import { createFeed, type Feed } from '../../src/feed/feed.ts';
import { closeLater } from '../support/close-later.ts';
import { createTestDatabase } from '../support/database.ts';

export const logger = pino({ level: 'silent' });
export const silentBell: Bell = { ring: () => {} };

export interface Record {
  db: Database;
  workspaceId: string;
}

/** A database with one workspace; the bell rings through the feed when one is given. */
export async function openRecord(bell: Bell = silentBell): Promise<Record & { url: string }> {
  const { url } = await createTestDatabase();
  const db = await openDatabase(url, bell);
  return { db, url, workspaceId: await addWorkspace(db) };
}

export async function openDatabase(url: string, bell: Bell = silentBell): Promise<Database> {
  const dataSource = createDataSource({ url, poolSize: 12, applicationName: 'test' });
  await dataSource.initialize();
  closeLater('the data source', () => dataSource.destroy());
  return createDatabase(dataSource, bell);
}

export async function addWorkspace(db: Database): Promise<string> {
  const id = newId('workspace');
  await db.acrossWorkspaces(`INSERT INTO workspaces (id, name) VALUES ($1, 'Test')`, [id]);
  return id;
}

export function openFeed(redisUrl: string): Feed {
  const feed = createFeed({ redisUrl, logger });
  closeLater('the feed', () => feed.close());
  return feed;
}

export interface TaskPlace {
  parentId?: string;
  rootId?: string;
  runId?: string;
  status?: string;
}

/** A task row; with `wake`, an outbox entry for it in the same transaction. */
export async function addTask(
  { db, workspaceId }: Record,
  place: TaskPlace = {},
  wake = false,
): Promise<string> {
  const id = newId('task');
  await db.inWorkspace({ workspaceId, actor: 'test' }, async (tx) => {
    await tx.sql(
      `INSERT INTO tasks (id, workspace_id, parent_id, root_id, run_id, role, title, goal, status, priority, depth, actor, created_at)
       VALUES ($1, $2, $3, $4, $5, 'master_operator', 'A title', 'A goal', $6, 1, 0, 'test', now() - interval '10 minutes')`,
      [
        id,
        workspaceId,
        place.parentId ?? null,
        place.rootId ?? id,
        place.runId ?? null,
        place.status ?? 'pending',
      ],
    );
    if (wake) tx.wake({ target: `task/${id}`, label: 'A title', rootTaskId: place.rootId ?? id });
  });
  return id;
}

export async function wake({ db, workspaceId }: Record, target: string): Promise<void> {
  await db.inWorkspace({ workspaceId, actor: 'test' }, async (tx) => {
    tx.wake({ target, label: 'A title' });
  });
}

export async function note(
  { db, workspaceId }: Record,
  stream: string,
  text: string,
  rootTaskId?: string,
): Promise<void> {
  await db.inWorkspace({ workspaceId, actor: 'test' }, async (tx) => {
    tx.emit({ stream, type: 'task.progressed', data: { note: text } }, { rootTaskId });
  });
}
