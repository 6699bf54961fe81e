import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type AppOptions, createApp } from '../../../src/api/app.ts';
import { authenticate } from '../../../src/commands/authenticate.ts';
import type { Database } from '../../../src/db/record.ts';
import type { Feed } from '../../../src/feed/feed.ts';
import { createFileStorage } from '../../../src/files/storage.ts';
import { createGateway } from '../../../src/live/gateway.ts';
import { createHub } from '../../../src/live/hub.ts';
import { closeLater } from '../../support/close-later.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { logger } from '../../temporal/support.ts';
import { buildPage } from './build-page.ts';

interface Served {
  db: Database;
  feed: Feed;
  /** What else the API is made of. */
  parts?: Partial<AppOptions>;
}

/** The page as it is now over the real API, gateway and security policy, on a port of its own; answers with its address. */
export async function servePage({ db, feed, parts = {} }: Served): Promise<string> {
  const webDir = await buildPage();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const filesDir = await temporaryFolder('files');
  const temporal = { namespace: 'default', uiUrl: 'http://127.0.0.1:8233' };
  const files = createFileStorage(filesDir);
  const uploadDir = join(filesDir, 'uploads');
  server.on('request', createApp({ db, files, uploadDir, publicUrl, logger, webDir, temporal, ...parts }));
  const hub = createHub({ db, feed, logger });
  const gateway = createGateway({
    server,
    hub,
    publicUrl,
    logger,
    authenticate: (given) => authenticate(db, given),
  });
  closeLater('the product', async () => {
    gateway.goAway(100);
    hub.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return publicUrl;
}
