/** A tool that is one operation of an OpenAPI document: arguments become path, query, headers and body of one request. */
import type { FoundTool, OperationCall, ToolServerTarget } from '../../contracts/tool-server.ts';
import type { ToolCard } from '../../contracts/tool-card.ts';
import { answerFaults } from '../net/answer-faults.ts';
import { NetFault } from '../net/net-fault.ts';
import { type RequestParts, sendRequest, type ToolRequest } from '../net/send-request.ts';
import type { OutsideTool } from '../tool.ts';

type OpenApiTarget = Extract<ToolServerTarget, { kind: 'openapi' }>;

export function operationTool(
  card: ToolCard,
  { target, found }: { target: OpenApiTarget; found: FoundTool },
  parts: RequestParts,
): OutsideTool {
  const operation = found.operation as OperationCall;
  return {
    ...card,
    place: 'outside',
    destination: () => new URL(target.baseUrl).hostname,
    run: (context, args) =>
      answerFaults(context, card.effect, () =>
        sendRequest(parts, context, {
          ...requestOf(operation, { baseUrl: target.baseUrl, args }),
          credential: target.credential,
          timeoutMs: card.timeoutMs - 2_000,
        }),
      ),
  };
}

/** The arguments were checked against the schema already. */
export function requestOf(
  { method, path, parameters, body }: OperationCall,
  { baseUrl, args }: { baseUrl: string; args: Record<string, unknown> },
): Pick<ToolRequest, 'method' | 'url' | 'headers' | 'body'> {
  const headers: Record<string, string> = {};
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: place } of parameters) {
    const value = args[name];
    if (value === undefined || value === null) continue;
    // A value fills its own part of the path and never makes another one: "../admin" stays one segment.
    if (place === 'path') filled = filled.replaceAll(`{${name}}`, segmentOf(name, value));
    else if (place === 'header') headers[name] = textOf(value).replace(/[^\t\x20-\x7e]/g, ' ');
    else for (const each of Array.isArray(value) ? value : [value]) query.append(name, textOf(each));
  }
  const url = new URL(baseUrl.replace(/\/$/, '') + filled);
  for (const [name, value] of query) url.searchParams.append(name, value);
  if (body === null || args.body === undefined) return { method, url: url.href, headers };
  const text =
    typeof args.body === 'string' && !/[/+]json\b/.test(body) ? args.body : JSON.stringify(args.body);
  return { method, url: url.href, headers: { ...headers, 'content-type': body }, body: text };
}

/** Dots alone would walk up in the path, encoded or not. */
function segmentOf(name: string, value: unknown): string {
  const text = textOf(value);
  if (/^\.{1,2}$/.test(text) || text === '')
    throw new NetFault('bad_url', `"${text}" cannot stand in the path (${name}).`);
  return encodeURIComponent(text);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
