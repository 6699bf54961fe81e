/** Asks a server what tools it has: when it is added, and when a person wants to know. */
import type { FoundTool, ToolServerTarget } from '../contracts/tool-server.ts';
import { connectMcp } from './mcp/connect.ts';
import type { McpParts } from './mcp/line.ts';
import { NetFault } from './net/net-fault.ts';
import type { RequestParts } from './net/send-request.ts';
import { type DocumentProblem, readDocument } from './openapi/read-document.ts';
import { loadDocument } from './openapi/load-document.ts';
import { hashOfTool } from './tool-hash.ts';

export interface Discovered {
  tools: { tool: FoundTool; hash: string }[];
  /** For people: what the server has and is not among them; null: nothing. */
  notice: string | null;
  /** With what the document says of it: where an OpenAPI document's operations are. */
  target: ToolServerTarget;
}

export type Discovery = Discovered | { problems: DocumentProblem[] };

export interface DiscoveryWish {
  workspaceId: string;
  /** For OpenAPI without `baseUrl` the document's own is used. */
  target: ToolServerTarget;
  document?: unknown;
}

const totalMs = { mcp_http: 30_000, mcp_stdio: 75_000, openapi: 30_000 } as const;

/** Never throws for what is wrong with the server. */
export async function discover(wish: DiscoveryWish, parts: McpParts & RequestParts): Promise<Discovery> {
  const signal = AbortSignal.timeout(totalMs[wish.target.kind]);
  try {
    const { target } = wish;
    return target.kind === 'openapi'
      ? await discoverOperations({ ...wish, target }, { signal, parts })
      : await discoverMcp({ ...wish, target }, { signal, parts });
  } catch (error) {
    if (!(error instanceof NetFault)) throw error;
    const pointer = wish.target.kind === 'mcp_stdio' ? '/command' : '/url';
    return { problems: [{ pointer, code: error.code, message: error.message }] };
  }
}

interface With {
  signal: AbortSignal;
  parts: McpParts & RequestParts;
}
type Of<Kind> = DiscoveryWish & { target: Extract<ToolServerTarget, { kind: Kind }> };

async function discoverMcp(
  { workspaceId, target }: Of<'mcp_http' | 'mcp_stdio'>,
  { signal, parts }: With,
): Promise<Discovery> {
  const connection = await connectMcp(target, { workspaceId, signal }, parts);
  try {
    const { tools, notice } = await connection.tools(signal);
    return { target, tools: hashed(tools), notice };
  } finally {
    await connection.close().catch(() => {});
  }
}

async function discoverOperations(
  { workspaceId, target, document }: Of<'openapi'>,
  { signal, parts }: With,
): Promise<Discovery> {
  const loaded =
    document === undefined
      ? await loadDocument(
          { workspaceId, url: target.url ?? '', credential: target.credential, signal },
          parts,
        )
      : { value: document, pointer: '/document' };
  const read = readDocument(loaded.value, {
    operations: target.operations,
    baseUrl: target.baseUrl,
    url: target.url,
  });
  if ('problems' in read)
    return {
      problems: read.problems.map((each) => ({
        ...each,
        pointer: each.own ?? loaded.pointer + each.pointer,
      })),
    };
  return { target: { ...target, baseUrl: read.baseUrl }, tools: hashed(read.tools), notice: null };
}

function hashed(tools: FoundTool[]): Discovered['tools'] {
  return tools.map((tool) => ({ tool, hash: hashOfTool(tool) }));
}
