import { pino } from 'pino';
import { createDataSource } from '../../src/db/data-source.ts';
import { insertKey } from '../../src/db/principal-store.ts';
import { createDatabase, type Database } from '../../src/db/record.ts';
import { createFeed } from '../../src/feed/feed.ts';
import { freePort } from '../../test/support/servers/free-port.ts';
import { startProgram } from './programs.ts';
import { ownerOf } from './sides.ts';
import type { Stage } from './stage.ts';

export interface RunningApi {
  url: string;
  pid: number;
  /** An owner's API key. */
  key: string;
  db: Database;
}

/** The API process, with dispatcher, as `npm start` runs it, and a look into its database. */
export async function startApi(stage: Stage): Promise<RunningApi> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const api = await startProgram(stage, {
    script: 'src/main.ts',
    env: { PORT: String(port), PUBLIC_URL: url, LOG_LEVEL: 'info' },
    ready: (output) => output.includes('Joined the Temporal namespace'),
  });
  const dataSource = createDataSource({ url: stage.databaseUrl, poolSize: 4, applicationName: 'bench' });
  await dataSource.initialize();
  stage.closeLater(() => dataSource.destroy());
  const feed = createFeed({ redisUrl: stage.redisUrl, logger: pino({ level: 'warn' }) });
  stage.closeLater(() => feed.close());
  const db = createDatabase(dataSource, feed.bell);
  const owner = await ownerOf(db);
  const scope = { workspaceId: owner.workspaceId, actor: owner.principalId };
  const { secret } = await db.inWorkspace(scope, (tx) =>
    insertKey(tx, { principalId: owner.principalId, name: 'bench' }),
  );
  return { url, pid: api.pid, key: secret, db };
}
