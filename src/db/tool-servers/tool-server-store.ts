/** Tool servers of a workspace and their tools: what was accepted, and what they say now. */
import type {
  FoundTool,
  ServerToolState,
  ToolServerTarget,
  UpdateToolServer,
} from '../../contracts/tool-server.ts';
import { fullNameOf, problemOfTool, stateOf } from '../../core/tool-servers.ts';
import type { ServerToolRow } from '../mappings/server-tool.ts';
import type { ToolServerRow } from '../mappings/tool-server.ts';
import type { ListFields } from '../list-page.ts';
import { newId } from '../new-id.ts';
import type { Tx } from '../record.ts';

/** With what follows from the rows: whether it may be used, and what it is called. */
export interface StoredServerTool extends ServerToolRow {
  fullName: string;
  state: ServerToolState;
  problem: string | null;
}

export interface StoredToolServer extends ToolServerRow {
  tools: StoredServerTool[];
}

export interface HashedTool {
  tool: FoundTool;
  hash: string;
}

export const toolServerList = {
  from: 'tool_servers t',
  columns: 't.*',
  fields: {
    name: { sql: 't.name', type: 'text' },
    kind: { sql: `t.target->>'kind'`, type: 'text' },
    enabled: { sql: 't.enabled', type: 'bool' },
    createdAt: { sql: 't.created_at', type: 'time' },
  },
} satisfies ListFields;

/** All of the workspace, with their tools. */
export async function loadToolServers(tx: Tx): Promise<StoredToolServer[]> {
  const servers = await tx.sql<ToolServerRow>(
    'SELECT * FROM tool_servers WHERE workspace_id = $1 ORDER BY name',
    [tx.workspaceId],
  );
  return withTools(tx, servers);
}

export async function withTools(tx: Tx, servers: ToolServerRow[]): Promise<StoredToolServer[]> {
  if (servers.length === 0) return [];
  const tools = await tx.sql<ServerToolRow>(
    'SELECT * FROM server_tools WHERE server_id = ANY($1) ORDER BY server_id, position, name',
    [servers.map(({ id }) => id)],
  );
  return servers.map((server) => ({
    ...server,
    tools: tools.filter(({ serverId }) => serverId === server.id).map((tool) => withState(server.name, tool)),
  }));
}

function withState(server: string, tool: ServerToolRow): StoredServerTool {
  return {
    ...tool,
    fullName: fullNameOf(server, tool.name),
    state: stateOf(tool),
    problem: tool.found ? problemOfTool(tool.found) : null,
  };
}

export async function findToolServer(tx: Tx, id: string, lock = false): Promise<StoredToolServer | null> {
  const rows = await tx.sql<ToolServerRow>(
    `SELECT * FROM tool_servers WHERE id = $1 AND workspace_id = $2 ${lock ? 'FOR UPDATE' : ''}`,
    [id, tx.workspaceId],
  );
  return (await withTools(tx, rows))[0] ?? null;
}

/** What a server has, as it was found. */
export interface Found {
  tools: HashedTool[];
  /** For people: what of its list is not among them. */
  notice: string | null;
}

export interface NewToolServer extends Found {
  name: string;
  target: ToolServerTarget;
  timeoutSeconds: number;
}

/** Null when the name is taken. Whoever adds a server has seen what it is for: its tools of now are accepted. */
export async function insertToolServer(
  tx: Tx,
  { name, target, timeoutSeconds, tools, notice }: NewToolServer,
): Promise<string | null> {
  const [row] = await tx.sql<{ id: string }>(
    `INSERT INTO tool_servers (id, workspace_id, name, target, timeout_seconds, problem, actor) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (workspace_id, name) DO NOTHING RETURNING id`,
    [newId('toolServer'), tx.workspaceId, name, JSON.stringify(target), timeoutSeconds, notice, tx.actor],
  );
  if (!row) return null;
  await writeFound(tx, row.id, tools);
  await tx.sql(
    'UPDATE server_tools SET accepted = found, accepted_hash = found_hash, accepted_by = $2 WHERE server_id = $1',
    [row.id, tx.actor],
  );
  await raiseToolsRevision(tx);
  return row.id;
}

/** What a server says now. What was accepted stays as it was. */
export async function noteFound(
  tx: Tx,
  id: string,
  { tools, notice, target }: Found & { target?: ToolServerTarget },
): Promise<void> {
  await writeFound(tx, id, tools);
  await tx.sql(
    `UPDATE tool_servers SET problem = $3, checked_at = now(), updated_at = now(), target = coalesce($2, target) WHERE id = $1`,
    [id, target ? JSON.stringify(target) : null, notice],
  );
  await raiseToolsRevision(tx);
}

/** It could not be asked: what is known of it stays. */
export async function noteProblem(tx: Tx, id: string, problem: string): Promise<void> {
  await tx.sql('UPDATE tool_servers SET problem = $2, checked_at = now() WHERE id = $1', [id, problem]);
}

async function writeFound(tx: Tx, id: string, tools: HashedTool[]): Promise<void> {
  await tx.sql('UPDATE server_tools SET found = NULL, found_hash = NULL WHERE server_id = $1', [id]);
  await tx.sql(
    `INSERT INTO server_tools (server_id, name, position, found, found_hash)
     SELECT $1, u.name, u.position, u.found, u.hash
       FROM unnest($2::text[], $3::jsonb[], $4::text[]) WITH ORDINALITY AS u (name, found, hash, position)
     ON CONFLICT (server_id, name) DO UPDATE SET found = excluded.found, found_hash = excluded.found_hash, position = excluded.position`,
    [
      id,
      tools.map(({ tool }) => tool.name),
      tools.map(({ tool }) => JSON.stringify(tool)),
      tools.map(({ hash }) => hash),
    ],
  );
  // Nothing remembers what is gone and was never accepted.
  await tx.sql('DELETE FROM server_tools WHERE server_id = $1 AND found IS NULL AND accepted IS NULL', [id]);
}

/** The caller holds the server's row and has checked every name and hash. */
export async function changeToolServer(tx: Tx, id: string, wish: UpdateToolServer): Promise<void> {
  for (const { name } of wish.accept ?? [])
    await tx.sql(
      'UPDATE server_tools SET accepted = found, accepted_hash = found_hash, accepted_by = $3 WHERE server_id = $1 AND name = $2',
      [id, name, tx.actor],
    );
  for (const { name, enabled, risk, timeoutSeconds } of wish.tools ?? [])
    await tx.sql(
      `UPDATE server_tools SET enabled = coalesce($3, enabled), risk_set = CASE WHEN $4 THEN $5 ELSE risk_set END,
              timeout_set = CASE WHEN $6 THEN $7::int ELSE timeout_set END
        WHERE server_id = $1 AND name = $2`,
      [
        ...[id, name, enabled ?? null, risk !== undefined, risk ?? null],
        ...[timeoutSeconds !== undefined, timeoutSeconds ?? null],
      ],
    );
  await tx.sql(
    `UPDATE tool_servers SET enabled = coalesce($2, enabled), timeout_seconds = coalesce($4, timeout_seconds), version = version + 1,
            actor = $3, updated_at = now() WHERE id = $1`,
    [id, wish.enabled ?? null, tx.actor, wish.timeoutSeconds ?? null],
  );
  await raiseToolsRevision(tx);
}

/** @returns false when there was none */
export async function removeToolServer(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.sql('DELETE FROM tool_servers WHERE id = $1 AND workspace_id = $2 RETURNING id', [
    id,
    tx.workspaceId,
  ]);
  if (rows.length > 0) await raiseToolsRevision(tx);
  return rows.length > 0;
}

/** Whoever keeps the workspace's tools in memory reads them again. */
async function raiseToolsRevision(tx: Tx): Promise<void> {
  await tx.sql('UPDATE workspaces SET tools_revision = tools_revision + 1 WHERE id = $1', [tx.workspaceId]);
}
