import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { createApp, type AppOptions } from '../../../src/api/app.ts';
import { createDataSource } from '../../../src/db/data-source.ts';
import { insertKey, insertPrincipal } from '../../../src/db/principal-store.ts';
import { createDatabase, type Database } from '../../../src/db/record.ts';
import type { ProblemDetails } from '../../../src/contracts/problem.ts';
import { createFileStorage } from '../../../src/files/storage.ts';
import { newId } from '../../../src/db/new-id.ts';
import { closeLater } from '../../support/close-later.ts';
import { createTestDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface AskOptions {
  body?: unknown;
  /** Sent as it is. */
  raw?: { type: string; text: string };
  form?: FormData;
  headers?: Record<string, string>;
  /** Default: the owner's; null sends none. */
  key?: string | null;
}

export interface RunningApi {
  url: string;
  db: Database;
  filesDir: string;
  workspaceId: string;
  ownerKey: string;
  logs: Record<string, unknown>[];
  ask<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options?: AskOptions,
  ): Promise<Answer<Body>>;
  /** For requests that must fail. */
  problem(method: string, path: string, options?: AskOptions): Promise<Answer<ProblemDetails>>;
  /** A key of a role in this workspace, or of a workspace of its own. */
  keyOf(role: 'owner' | 'operator' | 'viewer', options?: { foreign?: boolean }): Promise<string>;
  count(table: string): Promise<number>;
}

/** The real app on a port of its own, over a database of its own. */
export async function runApi(options: Partial<AppOptions> = {}): Promise<RunningApi> {
  const { url: databaseUrl } = await createTestDatabase();
  const dataSource = await createDataSource({
    url: databaseUrl,
    poolSize: 6,
    applicationName: 'api test',
  }).initialize();
  closeLater('the data source', () => dataSource.destroy());
  const db = options.db ?? createDatabase(dataSource, { ring: () => undefined });
  const filesDir = await temporaryFolder('files');
  const logs: Record<string, unknown>[] = [];
  const app = createApp({
    db,
    files: createFileStorage(filesDir),
    uploadDir: join(filesDir, 'uploads'),
    publicUrl: 'http://127.0.0.1:4800',
    temporal: { namespace: 'default', uiUrl: 'http://127.0.0.1:8233' },
    logger: pino({ level: 'info' }, collector(logs)),
    ...options,
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater('the API', () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [home] = await db.acrossWorkspaces<{ id: string; owner: string }>(
    `SELECT w.id, p.id AS owner FROM workspaces w JOIN principals p ON p.workspace_id = w.id`,
  );
  const workspaceId = home?.id ?? '';
  const { secret: ownerKey } = await db.inWorkspace({ workspaceId, actor: 'system' }, (tx) =>
    insertKey(tx, { principalId: home?.owner ?? '', name: 'tests' }),
  );
  const ask = <Body>(method: string, path: string, wish: AskOptions = {}) =>
    send<Body>(url, { method, path, ownerKey, ...wish });
  return {
    url,
    db,
    filesDir,
    workspaceId,
    ownerKey,
    logs,
    ask,
    problem: (method, path, wish) => ask<ProblemDetails>(method, path, wish),
    keyOf: (role, { foreign = false } = {}) =>
      makeKey(db, { role, workspaceId: foreign ? null : workspaceId }),
    count: async (table) => {
      const [row] = await db.acrossWorkspaces<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
      return row?.n ?? -1;
    },
  };
}

async function send<Body>(
  url: string,
  {
    method,
    path,
    ownerKey,
    body,
    raw,
    form,
    headers = {},
    key,
  }: AskOptions & { method: string; path: string; ownerKey: string },
): Promise<Answer<Body>> {
  const secret = key === undefined ? ownerKey : key;
  const json = body === undefined ? undefined : JSON.stringify(body);
  const type = raw?.type ?? (json === undefined ? undefined : 'application/json');
  const response = await fetch(`${url}${path.startsWith('/') ? path : `/api/v2/${path}`}`, {
    method,
    headers: {
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(type === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    body: form ?? raw?.text ?? json ?? null,
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as Body,
  };
}

async function makeKey(
  db: Database,
  { role, workspaceId }: { role: 'owner' | 'operator' | 'viewer'; workspaceId: string | null },
): Promise<string> {
  const id = workspaceId ?? newId('workspace');
  const { secret } = await db.inWorkspace({ workspaceId: id, actor: 'system' }, async (tx) => {
    if (workspaceId === null)
      await tx.sql('INSERT INTO workspaces (id, name) VALUES ($1, $2)', [id, 'Elsewhere']);
    const principal = await insertPrincipal(tx, { kind: 'service', name: role, role });
    return insertKey(tx, { principalId: principal.id, name: role });
  });
  return secret;
}

function collector(lines: Record<string, unknown>[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
}
