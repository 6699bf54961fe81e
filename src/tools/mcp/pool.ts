/**
 * Connections to MCP servers, kept while they are used: one for each server and each version of its settings. What has broken is made
 * anew by the next call; what nobody used for a while is closed.
 */
import { NetFault, type NetFaultCode } from '../net/net-fault.ts';
import { connectMcp, type McpConnection } from './connect.ts';
import type { McpParts, McpTarget } from './line.ts';

export interface McpServer {
  id: string;
  workspaceId: string;
  version: number;
  target: McpTarget;
}

export interface McpPool {
  /**
   * @param again whether the work may be done a second time when the connection broke in the middle of it; when it is certain that nothing
   *  was done it is tried again anyway. @throws NetFault
   */
  use<Result>(
    server: McpServer,
    work: (connection: McpConnection) => Promise<Result>,
    options: { again: boolean; signal: AbortSignal },
  ): Promise<Result>;
  close(): Promise<void>;
}

interface Kept {
  connection: Promise<McpConnection>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

interface Pool {
  kept: Map<string, Kept>;
  parts: McpParts;
  idleMs: number;
  closing: AbortController;
}

export function createMcpPool(parts: McpParts, { idleMs = 5 * 60_000 } = {}): McpPool {
  const pool: Pool = { kept: new Map(), parts, idleMs, closing: new AbortController() };
  return {
    use: async (server, work, { again, signal }) => {
      try {
        return await useOnce(pool, server, work);
      } catch (error) {
        const worthIt =
          error instanceof NetFault &&
          (error.code === 'session_over' || (error.code === 'unreachable' && (again || error.certain)));
        if (!worthIt || signal.aborted) throw error;
        return useOnce(pool, server, work);
      }
    },
    close: async () => {
      pool.closing.abort();
      await Promise.all([...pool.kept.keys()].map((key) => drop(pool, key)));
    },
  };
}

async function useOnce<Result>(
  pool: Pool,
  server: McpServer,
  work: (connection: McpConnection) => Promise<Result>,
): Promise<Result> {
  const key = `${server.id}/${server.version}`;
  const { entry, connection } = await take(pool, key, server);
  clearTimeout(entry.idle);
  entry.users += 1;
  const isKept = () => pool.kept.get(key) === entry;
  try {
    return await work(connection);
  } catch (error) {
    if (error instanceof NetFault && broken.has(error.code) && isKept()) await drop(pool, key);
    throw error;
  } finally {
    entry.users -= 1;
    if (entry.users === 0 && isKept())
      entry.idle = setTimeout(() => void drop(pool, key), pool.idleMs).unref();
  }
}

const broken = new Set<NetFaultCode>(['session_over', 'unreachable', 'too_large']);

async function take(
  pool: Pool,
  key: string,
  { target, workspaceId }: McpServer,
): Promise<{ entry: Kept; connection: McpConnection }> {
  const known = pool.kept.get(key);
  if (known && !(await isGood(known)) && pool.kept.get(key) === known) await drop(pool, key);
  const entry: Kept = pool.kept.get(key) ?? {
    connection: connectMcp(target, { workspaceId, signal: pool.closing.signal }, pool.parts),
    users: 0,
    idle: undefined,
  };
  pool.kept.set(key, entry);
  try {
    return { entry, connection: await entry.connection };
  } catch (error) {
    if (pool.kept.get(key) === entry) pool.kept.delete(key);
    throw error;
  }
}

async function drop(pool: Pool, key: string): Promise<void> {
  const entry = pool.kept.get(key);
  if (!entry) return;
  pool.kept.delete(key);
  clearTimeout(entry.idle);
  await entry.connection.then((connection) => connection.close()).catch(() => {});
}

async function isGood({ connection }: Kept): Promise<boolean> {
  return connection.then(
    (each) => each.isOpen(),
    () => false,
  );
}
