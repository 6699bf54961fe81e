import { readDatabaseUrl, readPublicUrl } from '../config.ts';
import { AppError } from '../errors.ts';
import { createDataSource } from './data-source.ts';
import { insertKey, insertSignInLink } from './principal-store.ts';
import { createDatabase } from './record.ts';

export interface IssuedLink {
  /** Signs a browser in once, within an hour. */
  link: string;
  ownerKey: string | null;
}

/** Whoever may read the database may sign in as the owner of its first workspace. */
export async function issueLink(
  databaseUrl: string,
  { publicUrl, wantsKey }: { publicUrl: string; wantsKey: boolean },
): Promise<IssuedLink> {
  const dataSource = createDataSource({
    url: databaseUrl,
    poolSize: 1,
    applicationName: 'adjutant-issue-link',
  });
  await dataSource.initialize();
  try {
    const db = createDatabase(dataSource, { ring: () => undefined });
    const [owner] = await db.acrossWorkspaces<{ id: string; workspaceId: string }>(
      `SELECT id, workspace_id FROM principals WHERE role = 'owner' AND kind = 'person' ORDER BY created_at, id LIMIT 1`,
    );
    if (!owner) throw new AppError('not_found', 'There is no owner yet: run the migrations first.');
    return await db.inWorkspace({ workspaceId: owner.workspaceId, actor: 'system' }, async (tx) => {
      const secret = await insertSignInLink(tx, owner.id);
      const key = wantsKey
        ? await insertKey(tx, { principalId: owner.id, name: 'Made at the first start' })
        : null;
      return { link: `${publicUrl.replace(/\/+$/, '')}/sign-in#${secret}`, ownerKey: key?.secret ?? null };
    });
  } finally {
    await dataSource.destroy();
  }
}

if (import.meta.main) {
  const wantsKey = process.argv.includes('--owner-key');
  const issued = await issueLink(readDatabaseUrl(), { publicUrl: readPublicUrl(), wantsKey });
  process.stdout.write(`${JSON.stringify(issued)}\n`);
}
