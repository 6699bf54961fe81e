/** The line to an MCP server: HTTP through the checked network, or a command of this machine with a minimal environment. */
import { tmpdir } from 'node:os';
import { delimiter } from 'node:path';
import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { ToolServerTarget } from '../../contracts/tool-server.ts';
import { applyCredential, type CredentialOf, matchesHost, type OpenCredential } from '../credential.ts';
import { NetFault } from '../net/net-fault.ts';
import type { Network } from '../net/network.ts';

export type McpTarget = Extract<ToolServerTarget, { kind: 'mcp_http' | 'mcp_stdio' }>;

export interface McpParts {
  network: Network;
  credentialOf: CredentialOf;
  allowsPlain?: (host: string) => boolean;
  /** Whether commands may be started on this machine. */
  allowsCommands: boolean;
}

export interface LineOptions {
  workspaceId: string;
  parts: McpParts;
  /** More came than may come: the line is of no use any more. */
  onOverflow(fault: NetFault): void;
}

const mostBytes = 10_000_000;

export interface Line {
  transport: Transport;
  /** The last words of a process on its error output. */
  said(): string;
  secrets: OpenCredential[];
}

/** @throws NetFault when it may not be used */
export function openLine(target: McpTarget, options: LineOptions): Promise<Line> {
  return target.kind === 'mcp_http' ? httpLine(target, options) : stdioLine(target, options);
}

async function httpLine(
  { url, credential: name }: Extract<McpTarget, { kind: 'mcp_http' }>,
  { workspaceId, parts, onOverflow }: LineOptions,
): Promise<Line> {
  const { network, credentialOf, allowsPlain = () => false } = parts;
  const credential = name === null ? null : await secretOf(credentialOf, workspaceId, name);
  const { url: address, headers } = credential
    ? applyCredential({ url, headers: {} }, credential, allowsPlain)
    : { url, headers: {} };
  const transport = new StreamableHTTPClientTransport(new URL(address), {
    requestInit: { headers },
    fetch: async (to, init) => {
      const response = await network.fetch(to, init);
      // The one long stream of notifications (GET) may be as long as it likes.
      return init?.method === 'POST' ? capped(response, onOverflow) : response;
    },
  });
  return { transport, said: () => '', secrets: credential ? [credential] : [] };
}

async function stdioLine(
  { command, args, env }: Extract<McpTarget, { kind: 'mcp_stdio' }>,
  { workspaceId, parts }: LineOptions,
): Promise<Line> {
  if (!parts.allowsCommands)
    throw new NetFault(
      'not_allowed',
      'This installation starts no commands for tool servers (TOOL_COMMANDS is off).',
    );
  const secrets: OpenCredential[] = [];
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (typeof value === 'string') environment[name] = value;
    else {
      const credential = await secretOf(parts.credentialOf, workspaceId, value.credential);
      if (!credential.hosts.some((pattern) => matchesHost('stdio', pattern)))
        throw new NetFault(
          'not_allowed',
          `The credential "${credential.name}" is not for commands: it does not name the host "stdio".`,
        );
      secrets.push(credential);
      environment[name] = credential.secret;
    }
  }
  // The SDK adds HOME, USER and a few more; nothing else of our environment goes to a stranger's program.
  const transport = new StdioClientTransport({
    command,
    args,
    env: { PATH: pathOfMachine(), ...environment },
    cwd: tmpdir(),
    stderr: 'pipe',
    maxBufferSize: mostBytes,
  });
  let words = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-1_000);
  });
  return { transport, said: () => words.trim(), secrets };
}

/** Of the person's own programs: `npm start` puts ours before them, our Node too, under which theirs would read other settings. */
function pathOfMachine(): string {
  const folders = (getDefaultEnvironment().PATH ?? '').split(delimiter);
  return folders.filter((folder) => !/[\\/]node_modules[\\/]/.test(folder)).join(delimiter);
}

async function secretOf(
  credentialOf: CredentialOf,
  workspaceId: string,
  name: string,
): Promise<OpenCredential> {
  const credential = await credentialOf(workspaceId, name);
  if ('problem' in credential) throw new NetFault('not_allowed', credential.problem);
  return credential;
}

/** An answer that never ends fills no memory. */
function capped(response: Response, onOverflow: LineOptions['onOverflow']): Response {
  if (response.body === null) return response;
  let left = mostBytes;
  const meter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.length;
      if (left >= 0) return controller.enqueue(chunk);
      const fault = new NetFault('too_large', `The answer is larger than ${mostBytes} bytes.`);
      controller.error(fault);
      onOverflow(fault);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(meter), { status, statusText, headers });
}
