/**
 * One connection to one MCP server. It offers nothing to the server: no sampling, no questions to people, no folders. Whatever is wrong
 * with the server is a NetFault with words for the model.
 */
import { Client, ProtocolError, SdkError, SdkHttpError } from '@modelcontextprotocol/client';
import { type OpenCredential, withoutSecret } from '../credential.ts';
import { asNetFault, NetFault } from '../net/net-fault.ts';
import type { ToolAnswer } from '../tool.ts';
import { answerOf } from './answer.ts';
import { foundTools, type Listing } from './found-tools.ts';
import { type Line, type McpParts, type McpTarget, openLine } from './line.ts';

export interface McpConnection {
  /** What it lists now; asked again after it said that its list has changed, and from time to time. */
  tools(signal: AbortSignal): Promise<Listing>;
  call(
    tool: { name: string; args: Record<string, unknown> },
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<ToolAnswer>;
  /** False when the other side is gone. */
  isOpen(): boolean;
  close(): Promise<void>;
}

const answerMs = 20_000;
/** Commands that fetch their program first (npx, uvx) take longer the first time. */
const connectMs = { mcp_http: answerMs, mcp_stdio: 60_000 } as const;
/** A server may change its tools without a word: its list is asked for again after this long. */
const believedMs = 60_000;

/** @throws NetFault */
export async function connectMcp(
  target: McpTarget,
  { workspaceId, signal }: { workspaceId: string; signal: AbortSignal },
  parts: McpParts,
): Promise<McpConnection> {
  const state: State = { listed: null, listedAt: 0, open: true, overflow: null };
  const client = newClient(state);
  const onOverflow = (fault: NetFault) => {
    state.overflow = fault;
    // Else whoever waits for the answer would wait until its time is over.
    void client.close();
  };
  const line = await openLine(target, { workspaceId, parts, onOverflow });
  const attempt: Attempt = async (stop, work) => {
    try {
      return await work();
    } catch (error) {
      throw state.overflow ?? faultOf(error, { target, line, signal: stop });
    }
  };
  try {
    const timeout = connectMs[target.kind];
    const limits = { signal, timeout, maxTotalTimeout: timeout };
    await attempt(signal, () => client.connect(line.transport, limits));
  } catch (error) {
    await client.close().catch(() => {});
    throw beforeTheCall(error);
  }
  return connectionOf(client, { state, line, attempt });
}

interface State {
  /** Null: to be asked. */
  listed: Listing | null;
  /** Milliseconds since the epoch. */
  listedAt: number;
  open: boolean;
  overflow: NetFault | null;
}

/** Does the work; what it throws becomes a NetFault. */
type Attempt = <Result>(stop: AbortSignal, work: () => Promise<Result>) => Promise<Result>;

function newClient(state: State): Client {
  const onChanged = () => {
    state.listed = null;
  };
  const client = new Client(
    { name: 'adjutant', version: '1' },
    { listChanged: { tools: { autoRefresh: false, onChanged } } },
  );
  client.onclose = () => {
    state.open = false;
  };
  // What matters of it is thrown by the request that it concerns.
  client.onerror = () => {};
  return client;
}

function connectionOf(
  client: Client,
  { state, line, attempt }: { state: State; line: Line; attempt: Attempt },
): McpConnection {
  return {
    tools: (signal) =>
      attempt(signal, async () => {
        const isFresh = state.listed !== null && Date.now() - state.listedAt < believedMs;
        if (state.listed && isFresh) return state.listed;
        // The server's own word on how long its list holds does not count.
        const asked = { signal, timeout: answerMs, cacheMode: 'refresh' as const };
        const { tools } = await client.listTools(undefined, asked);
        Object.assign(state, { listed: foundTools(tools), listedAt: Date.now() });
        return state.listed ?? foundTools([]);
      }).catch((error: unknown) => {
        throw beforeTheCall(error);
      }),
    call: ({ name, args }, { signal, timeoutMs }) =>
      attempt(signal, async () => {
        const limits = { signal, timeout: timeoutMs, maxTotalTimeout: timeoutMs };
        return cleaned(answerOf(await client.callTool({ name, arguments: args }, limits)), line.secrets);
      }),
    isOpen: () => state.open,
    close: () => client.close(),
  };
}

function faultOf(
  error: unknown,
  { target, line, signal }: { target: McpTarget; line: Line; signal: AbortSignal },
): NetFault {
  const server = `The tool server ${target.kind === 'mcp_http' ? new URL(target.url).hostname : target.command}`;
  const options = { cause: error };
  if (isSessionOver(error)) return new NetFault('session_over', `${server} has ended the session.`, options);
  const last = line.said() === '' ? '' : ` Its last words: ${line.said()}`;
  const told = (words: string) => line.secrets.reduce(withoutSecret, words + last);
  // Of an abort the SDK says the same as of a timeout.
  if (SdkError.isInstance(error) && error.code === 'REQUEST_TIMEOUT' && !signal.aborted)
    return new NetFault('timeout', told(`${server} did not answer in time.`), options);
  const fault = asNetFault(error, { host: server, signal });
  if (fault.code !== 'unreachable') return fault;
  const certain = fault.certain || saysItself(error);
  const words = error instanceof Error ? error.message : String(error);
  return new NetFault('unreachable', told(`${server} failed: ${words}.`), { ...options, certain });
}

/** The server answered, and said no. */
function saysItself(error: unknown): boolean {
  return ProtocolError.isInstance(error) || (SdkHttpError.isInstance(error) && error.status < 500);
}

/** No tool was called yet. */
function beforeTheCall(error: unknown): unknown {
  if (!(error instanceof NetFault)) return error;
  return new NetFault(error.code, error.message, { cause: error, certain: true });
}

/** By the protocol 404; some servers of the first version answer 400 and say so. */
function isSessionOver(error: unknown): boolean {
  if (!SdkHttpError.isInstance(error)) return false;
  return error.status === 404 || (error.status === 400 && /session/i.test(error.message));
}

function cleaned(answer: ToolAnswer, secrets: OpenCredential[]): ToolAnswer {
  if (secrets.length === 0) return answer;
  const clean = (text: string) => secrets.reduce(withoutSecret, text);
  const { data } = answer;
  return {
    ...answer,
    text: clean(answer.text),
    ...(data === undefined ? {} : { data: JSON.parse(clean(JSON.stringify(data))) as unknown }),
  };
}
