/** Every tool that there is, wired to the record, the files and the world outside: for the API process and for workers. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { AskToolServer } from '../src/api/tool-servers/routes.ts';
import type { Config } from '../src/config.ts';
import { saveArtifact } from '../src/db/artifacts.ts';
import { findCredentialByName, openSecret } from '../src/db/credentials/credential-store.ts';
import type { Database, Tx } from '../src/db/record.ts';
import type { Sealer } from '../src/db/seal.ts';
import { findToolServer, loadToolServers, noteFound } from '../src/db/tool-servers/tool-server-store.ts';
import { isAppError } from '../src/errors.ts';
import { extractInChild } from '../src/files/extract-in-child.ts';
import { createFileStorage } from '../src/files/storage.ts';
import { calculate } from '../src/tools/calculate.ts';
import type { CredentialOf } from '../src/tools/credential.ts';
import { discover } from '../src/tools/discover.ts';
import { createFetchUrl } from '../src/tools/fetch-url.ts';
import { createHttpRequest } from '../src/tools/http-request.ts';
import { createMcpPool } from '../src/tools/mcp/pool.ts';
import { isPublicAddress } from '../src/tools/net/addresses.ts';
import { NetFault } from '../src/tools/net/net-fault.ts';
import { createNetwork, type Network } from '../src/tools/net/network.ts';
import { createToolsOf, recordTools, type ToolsOf } from '../src/tools/registry.ts';
import { braveSearch } from '../src/tools/search/brave.ts';
import { searxngSearch } from '../src/tools/search/searxng.ts';
import { tavilySearch } from '../src/tools/search/tavily.ts';
import type { ServerToolParts } from '../src/tools/server-tools.ts';
import { createToolsOfServers } from '../src/tools/tools-of-servers.ts';
import { createWebSearch, type SearchServices } from '../src/tools/web-search.ts';
import { createWriteArtifact, type SaveArtifact } from '../src/tools/write-artifact.ts';

export interface ToolParts {
  db: Database;
  sealer: Sealer;
  filesDir: string;
  tools: Config['tools'];
}

export interface ToolsOfWorkspaces {
  toolsOf: ToolsOf<Tx>;
  /** Asks a server what tools it has. */
  ask: AskToolServer;
  /** The public internet, and the hosts inside that this installation opens. */
  network: Network;
  close(): Promise<void>;
}

export function createToolsOfWorkspaces({ db, sealer, filesDir, tools }: ToolParts): ToolsOfWorkspaces {
  const inside = new Set(tools.privateHosts);
  const allowsPlain = (host: string) => inside.has(host);
  // Where a model chooses the address freely there are public ones only; this installation may open others to what people set up.
  const open = createNetwork();
  const network = createNetwork({ allows: (address, host) => isPublicAddress(address) || inside.has(host) });
  // To the search engine that this installation names itself, wherever it is.
  const toOwn = createNetwork({ allows: () => true, allowsPort: () => true });
  const credentialOf = credentialsIn(db, sealer);
  const requests = { network, credentialOf, allowsPlain };
  const outside = { ...requests, allowsCommands: tools.commands };
  const pool = createMcpPool(outside);
  const fromServers = createToolsOfServers<Tx>(loadToolServers, { pool, requests, report: reportTo(db) });
  const builtIn = [
    ...recordTools,
    calculate,
    createFetchUrl({ network: open, readPdf: pdfReader(filesDir) }),
    createWebSearch(searchServices({ network, toOwn, credentialOf, tools })),
    createHttpRequest(requests),
    createWriteArtifact(savedIn(db, filesDir)),
  ];
  return {
    toolsOf: createToolsOf<Tx>(builtIn, fromServers),
    ask: (wish) => discover(wish, outside),
    network,
    close: async () => {
      await pool.close();
      await Promise.all([open, network, toOwn].map((each) => each.close()));
    },
  };
}

function credentialsIn(db: Database, sealer: Sealer): CredentialOf {
  return async (workspaceId, name) => {
    const row = await db.inWorkspace({ workspaceId, actor: 'system' }, (tx) =>
      findCredentialByName(tx, name),
    );
    if (!row) return { problem: `There is no credential "${name}" here.` };
    const secret = openSecret(row, sealer);
    if (secret === null)
      return { problem: `The credential "${name}" cannot be read. An owner has to enter it again.` };
    return { name, secret, hosts: row.hosts, placement: row.placement };
  };
}

/** A credential of the workspace goes before the environment's. */
function searchServices({
  network,
  toOwn,
  credentialOf,
  tools: { search },
}: {
  network: Network;
  toOwn: Network;
  credentialOf: CredentialOf;
  tools: Config['tools'];
}): SearchServices {
  const { braveKey, tavilyKey, searxngUrl } = search;
  const keyed = {
    brave: { open: braveSearch, given: braveKey },
    tavily: { open: tavilySearch, given: tavilyKey },
  };
  return {
    given: [
      ...(braveKey ? (['brave'] as const) : []),
      ...(tavilyKey ? (['tavily'] as const) : []),
      ...(searxngUrl ? (['searxng'] as const) : []),
    ],
    of: async (workspaceId, name) => {
      if (name === 'searxng')
        return searxngUrl
          ? searxngSearch(toOwn, { baseUrl: searxngUrl })
          : { problem: 'It has no address here.' };
      const { open, given } = keyed[name];
      const stored = await credentialOf(workspaceId, name);
      if (!('problem' in stored)) return open(network, { key: stored.secret });
      return given ? open(network, { key: given }) : { problem: stored.problem };
    },
  };
}

function savedIn(db: Database, filesDir: string): SaveArtifact {
  const storage = createFileStorage(filesDir);
  return async ({ workspaceId, taskId, key, signal }, { name, kind, mediaType, content }) => {
    const stored = await storage.put(Readable.from([Buffer.from(content)]), { signal });
    return saveArtifact(db, { workspaceId, taskId, key, file: { name, kind, mediaType, ...stored } });
  };
}

/** The reader of uploads, in its process of its own. */
function pdfReader(filesDir: string): (bytes: Uint8Array, signal: AbortSignal) => Promise<string> {
  return async (bytes, signal) => {
    const folder = join(filesDir, 'incoming');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${randomUUID()}.pdf`);
    try {
      await writeFile(path, bytes, { mode: 0o600 });
      const { passages } = await extractInChild({ path, kind: 'pdf', signal, timeoutMs: 30_000 });
      return passages.map(({ text }) => text).join('\n\n');
    } catch (error) {
      if (!isAppError(error)) throw error;
      throw new NetFault(
        error.code === 'cancelled' ? 'cancelled' : 'too_large',
        `The PDF: ${error.userMessage}`,
      );
    } finally {
      await rm(path, { force: true });
    }
  };
}

function reportTo(db: Database): ServerToolParts['report'] {
  return ({ id, workspaceId }, found) =>
    db.inWorkspace({ workspaceId, actor: 'system' }, async (tx) => {
      if (await findToolServer(tx, id, true)) await noteFound(tx, id, found);
    });
}
