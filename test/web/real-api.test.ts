import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../src/db/new-id.ts';
import { insertSignInLink } from '../../src/db/principal-store.ts';
import type { Database } from '../../src/db/record.ts';
import { plantTree } from '../api/support/plant-tree.ts';
import { type WatchedPage, openBrowser, openPage } from '../support/browser.ts';
import { createTestDatabase } from '../support/database.ts';
import { testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { note, openDatabase, openFeed } from '../temporal/support.ts';
import { AdjutantPage } from './support/adjutant-page.ts';
import { servePage } from './support/serve-page.ts';

/** The page over the real API, gateway and security policy; no worker runs, so what is begun stays where it is. */
let db: Database;
let workspaceId: string;
let watched: WatchedPage;
let adjutant: AdjutantPage;

beforeAll(async () => {
  const feed = openFeed((await testRedis()).url);
  const { url: databaseUrl } = await createTestDatabase();
  db = await openDatabase(databaseUrl, feed.bell);
  await feed.ready();
  const [home] = await db.acrossWorkspaces<{ id: string; owner: string }>(
    `SELECT w.id, p.id AS owner FROM workspaces w JOIN principals p ON p.workspace_id = w.id`,
  );
  workspaceId = home?.id ?? '';
  const url = await servePage({ db, feed });
  const secret = await db.inWorkspace({ workspaceId, actor: 'system' }, (tx) =>
    insertSignInLink(tx, home?.owner ?? ''),
  );
  watched = await openPage(await openBrowser());
  watched.page.setDefaultTimeout(10_000);
  adjutant = new AdjutantPage(watched.page, url);
  await adjutant.signIn(`/sign-in#${secret}`);
}, 120_000);

test('a goal with a file is accepted, and its page is live', async () => {
  await adjutant.attach(join(import.meta.dirname, '..', '..', 'samples', 'incident-log-2026.csv'));
  await watched.page.getByText('Waits to be read').waitFor();
  await adjutant.giveGoal('Find the outliers in the log');
  await watched.page.getByRole('link', { name: 'incident-log-2026.csv' }).first().waitFor();
  await waitFor(async () => (await adjutant.connection()) === 'Live', { what: 'the live feed' });
  expect(await adjutant.status()).toBe('Pending');
});

test('a plan at work is shown with its steps, and what happens to it without a reload', async () => {
  const { rootId, childIds } = await plantTree({ db, workspaceId } as Parameters<typeof plantTree>[0], {
    children: 2,
  });
  await adjutant.open(`/tasks/${rootId}`);
  await adjutant.step(/Read/).nth(1).waitFor();
  await waitFor(async () => (await adjutant.connection()) === 'Live', { what: 'the live feed' });
  const stream = `task/${childIds[1]}`;
  await db.inWorkspace({ workspaceId, actor: 'system' }, (tx) =>
    tx.sql(`UPDATE steps SET status = 'failed', reason = 'It was too dark.' WHERE task_id = $1`, [
      childIds[1],
    ]),
  );
  await note({ db, workspaceId }, stream, 'It was too dark', rootId);
  await watched.page.getByText('It was too dark.').first().waitFor();
  await adjutant.step(/Read/).nth(1).click();
  await adjutant.sheet.getByText('Best fit.').waitFor();
  await adjutant.sheet.getByText('tiny').waitFor();
});

test('a goal is paused and goes on, and a key that cannot be kept says why', async () => {
  const { rootId } = await plantTree({ db, workspaceId } as Parameters<typeof plantTree>[0], { children: 1 });
  await adjutant.open(`/tasks/${rootId}`);
  await adjutant.pause();
  await waitFor(async () => (await adjutant.status()) === 'Paused', { what: 'the pause' });
  await adjutant.resume();
  await waitFor(async () => (await adjutant.status()) === 'In progress', { what: 'the way on' });
  await adjutant.open('/models');
  await adjutant.addKey('OpenAI', 'sk-test');
  await watched.page.getByRole('form').getByRole('alert').waitFor();
});

test('an approval is given on the page, and the record has who and what they said', async () => {
  const { rootId } = await plantTree({ db, workspaceId } as Parameters<typeof plantTree>[0], { children: 1 });
  await db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => {
    const [step] = await tx.sql<{ runId: string; key: string }>(
      `UPDATE steps SET status = 'waiting', started_at = now()
        WHERE key = (SELECT min(s.key) FROM steps s JOIN runs r ON r.id = s.run_id WHERE r.task_id = $1)
          AND run_id = (SELECT id FROM runs WHERE task_id = $1) RETURNING run_id, key`,
      [rootId],
    );
    const id = newId('approval');
    await tx.sql(
      `INSERT INTO approvals (id, workspace_id, run_id, step_key, attempt, root_task_id, title, details, status, hash, requested_by)
       VALUES ($1, $2, $3, $4, 1, $5, 'Send it', 'Dear Ann', 'requested', '', 'system')`,
      [id, workspaceId, step?.runId, step?.key, rootId],
    );
    await tx.sql('UPDATE steps SET approval_id = $1 WHERE run_id = $2 AND key = $3', [
      id,
      step?.runId,
      step?.key,
    ]);
  });
  await adjutant.open(`/tasks/${rootId}`);
  await adjutant.approve('Send it', 'Go ahead');
  await watched.page.getByText(/^You, .*“Go ahead” · the run goes on$/).waitFor();
  const [row] = await db.acrossWorkspaces<{ status: string; note: string }>(
    'SELECT status, note FROM approvals WHERE root_task_id = $1',
    [rootId],
  );
  expect(row).toMatchObject({ status: 'approved', note: 'Go ahead' });
});

test('an agent is talked with, and what was said is in the record and in the list', async () => {
  const { page } = watched;
  await adjutant.open('/agents');
  await page.getByRole('link', { name: 'Chat with Writer' }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Which tone suits a board?');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/chats\/cnv_/);
  await page.getByRole('article', { name: 'Writer is writing' }).waitFor();
  const [row] = await db.acrossWorkspaces<{ text: string }>(
    `SELECT content->>'text' AS text FROM messages WHERE conversation_id IS NOT NULL`,
  );
  expect(row?.text).toBe('Which tone suits a board?');
  await adjutant.open('/agents');
  await page.getByRole('link', { name: /^Which tone suits a board/ }).waitFor();
});

test('the inbox asks for what needs a person in words that the API knows', async () => {
  await adjutant.open('/inbox');
  await watched.page.getByRole('heading', { name: 'Nothing needs you' }).waitFor();
});

test('nothing on the way was a complaint of the browser, its security policy included', () => {
  // The first look at the session, before signing in, and the icon of a page that is left are no faults, nor is the refused key.
  expect(watched.complaints.filter((text) => !/401|50[03]|ERR_ABORTED/.test(text))).toEqual([]);
});
