/**
 * The tools of each workspace's own servers, in memory as of the revision that every transaction reads with its first statement: a
 * workspace without servers costs nothing, and a change counts for the next decision of every process.
 */
import { type ServerToolParts, serverTools, type StoredServer } from './server-tools.ts';
import type { OutsideTool } from './tool.ts';

interface Place {
  workspaceId: string;
  toolsRevision: number;
}

/** More workspaces than this are not kept at once; the oldest is read again when it comes back. */
const mostKept = 500;

export function createToolsOfServers<Tx extends Place>(
  load: (tx: Tx) => Promise<readonly StoredServer[]>,
  parts: ServerToolParts,
): (tx: Tx) => Promise<readonly OutsideTool[]> {
  const kept = new Map<string, { revision: number; tools: readonly OutsideTool[] }>();
  return async (tx) => {
    const { workspaceId, toolsRevision: revision } = tx;
    if (revision === 0) return [];
    const known = kept.get(workspaceId);
    if (known?.revision === revision) return known.tools;
    const tools = serverTools(await load(tx), parts);
    // A transaction that began earlier may be the later to come here.
    if (known && known.revision > revision) return tools;
    kept.delete(workspaceId);
    kept.set(workspaceId, { revision, tools });
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return tools;
  };
}
