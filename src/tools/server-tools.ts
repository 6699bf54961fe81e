/** The tools of a workspace's own servers, from what is stored of them: nothing is asked of a server before a tool is called. */
import type { FoundTool, ToolServerTarget } from '../contracts/tool-server.ts';
import { cardOf, type KnownTool, stateOf } from '../core/tool-servers.ts';
import type { McpPool, McpServer } from './mcp/pool.ts';
import { answerFaults } from './net/answer-faults.ts';
import type { RequestParts } from './net/send-request.ts';
import { operationTool } from './openapi/operation-tool.ts';
import { hashOfTool } from './tool-hash.ts';
import type { OutsideTool, OutsideToolContext, ToolAnswer } from './tool.ts';

export interface StoredServer {
  id: string;
  workspaceId: string;
  name: string;
  version: number;
  target: ToolServerTarget;
  enabled: boolean;
  timeoutSeconds: number;
  tools: readonly KnownTool[];
}

export interface ServerToolParts {
  pool: McpPool;
  requests: RequestParts;
  /** Told what a server says of its tools when that is not what is stored. */
  report(
    server: Pick<StoredServer, 'id' | 'workspaceId'>,
    found: { tools: { tool: FoundTool; hash: string }[]; notice: string | null },
  ): Promise<void>;
}

export function serverTools(servers: readonly StoredServer[], parts: ServerToolParts): OutsideTool[] {
  return servers.flatMap((server) =>
    server.enabled
      ? server.tools.flatMap((tool) => {
          if (!tool.enabled || !isAccepted(tool) || stateOf(tool) !== 'ready') return [];
          return [toolOf(server, tool, parts)];
        })
      : [],
  );
}

type Accepted = KnownTool & { accepted: FoundTool };

function isAccepted(tool: KnownTool): tool is Accepted {
  return tool.accepted !== null;
}

function toolOf(server: StoredServer, tool: Accepted, parts: ServerToolParts): OutsideTool {
  const { target } = server;
  const card = cardOf(server, tool);
  if (target.kind === 'openapi') return operationTool(card, { target, found: tool.accepted }, parts.requests);
  return {
    ...card,
    place: 'outside',
    destination: () => (target.kind === 'mcp_http' ? new URL(target.url).hostname : 'stdio'),
    run: (context, args) =>
      answerFaults(context, card.effect, () =>
        callMcp({ ...server, target }, tool, { context, args, parts, card }),
      ),
  };
}

interface McpCall {
  context: OutsideToolContext;
  args: Record<string, unknown>;
  parts: ServerToolParts;
  card: { timeoutMs: number; effect: string };
}

function callMcp(
  server: McpServer,
  { name, acceptedHash }: Accepted,
  { context, args, parts, card }: McpCall,
): Promise<ToolAnswer> {
  const { signal } = context;
  return parts.pool.use(
    server,
    async (connection) => {
      const { tools, notice } = await connection.tools(signal);
      const now = tools.find((each) => each.name === name);
      if (now && hashOfTool(now) === acceptedHash)
        return connection.call({ name, args }, { signal, timeoutMs: card.timeoutMs - 2_000 });
      const found = tools.map((tool) => ({ tool, hash: hashOfTool(tool) }));
      await parts.report(server, { tools: found, notice });
      return { text: now ? changed : gone, isError: true };
    },
    { again: card.effect !== 'at_most_once', signal },
  );
}

const changed =
  'The server of this tool describes it differently from what a person accepted, so it was not called. A person has to accept the change first.';
const gone = 'The server of this tool does not have it any more.';
