/**
 * A model server that answers from a script and writes down everything it served. Real HTTP, three protocols (OpenAI chat
 * and completions, Anthropic Messages), whole or streamed, with faults on request.
 *
 * It is strict: a request that the script does not plan for gets a 500, and `assertDone()` throws for it, as it does
 * for planned answers that nobody asked for. `GET /journal` is for another process that compares its books with ours.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createJournal, type Journal, type JournalEntry } from './journal.ts';
import { createPlan, type Plan } from './plan.ts';
import { problemsOf, protocolOfPath, readCall } from './read-call.ts';
import type { Answer, Fault, Script, ServedCall } from './script.ts';
import { sendReply } from './send-reply.ts';
import { errorBody, writeAnswer } from './write-answer.ts';

export interface ScriptedModelServer {
  url: string;
  /** What OpenAI's SDK wants as its base; Anthropic's wants `url`. */
  v1: string;
  port: number;
  journal(): JournalEntry[];
  /** Every request as it was read, for tests that look into what was sent. */
  calls(): ServedCall[];
  /** Plans more answers. */
  plan(...answers: NonNullable<Script['answers']>): void;
  /** Throws when something unplanned was asked, or something planned was not. */
  assertDone(): void;
  close(): Promise<void>;
}

interface Desk {
  script: Script;
  plan: Plan;
  journal: Journal;
  calls: ServedCall[];
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
}

const errorTypes: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function sendStatus(
  response: ServerResponse,
  call: ServedCall | null,
  fault: Extract<Fault, { kind: 'status' }>,
): void {
  const type = fault.type ?? errorTypes[fault.status] ?? 'api_error';
  const message = fault.message ?? `Scripted ${fault.status}.`;
  sendJson(
    response,
    fault.status,
    fault.body ?? errorBody(call, { type, message, code: fault.code }),
    fault.headers,
  );
}

function keyOf(request: IncomingMessage): string {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? String(request.headers['x-api-key'] ?? '');
}

async function answerCall(
  desk: Desk,
  entry: JournalEntry,
  call: ServedCall,
  response: ServerResponse,
): Promise<void> {
  const answer: Answer | null = desk.plan.answerFor(call);
  if (!answer) {
    entry.status = 500;
    sendStatus(response, call, {
      kind: 'status',
      status: 500,
      message: `Nothing is planned for this request: ${call.text.slice(0, 200)}`,
    });
    return desk.journal.close(entry, 'unplanned', call.text.slice(0, 200));
  }
  if (answer.fault?.kind === 'status') {
    entry.status = answer.fault.status;
    sendStatus(response, call, answer.fault);
    return desk.journal.close(entry, 'refused', answer.fault.code ?? answer.fault.type);
  }
  const reply = writeAnswer(call, answer);
  entry.status = 200;
  entry.usage = reply.usage;
  desk.journal.close(entry, await sendReply(response, call, reply, answer), answer.fault?.kind);
}

async function serveCall(
  desk: Desk,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = `req_${String(desk.calls.length + 1).padStart(6, '0')}`;
  response.setHeader('x-request-id', id);
  response.setHeader('request-id', id);
  const protocol = protocolOfPath[path]!;
  const body = await readBody(request);
  const call = readCall(id, protocol, body ?? {}, request.headers);
  desk.calls.push(call);
  const entry = desk.journal.open(id, call);
  const refuse = (status: number, message: string) => {
    entry.status = status;
    sendStatus(response, call, { kind: 'status', status, message });
    desk.journal.close(entry, 'refused', message);
  };
  if (!body) return refuse(400, 'The body is not JSON.');
  if (desk.script.apiKey !== undefined && keyOf(request) !== desk.script.apiKey)
    return refuse(401, 'Wrong key.');
  const problems = problemsOf(call, request.headers);
  if (problems.length > 0) return refuse(400, problems.join('; '));
  await answerCall(desk, entry, call, response);
}

function serveRest(desk: Desk, url: URL, response: ServerResponse): void {
  if (url.pathname === '/journal')
    return sendJson(response, 200, {
      entries: desk.journal.entries(Number(url.searchParams.get('after') ?? 0)),
    });
  if (url.pathname === '/health') return sendJson(response, 200, { ok: true });
  if (url.pathname === '/v1/models') {
    const data = (desk.script.models ?? ['scripted']).map((id) => ({
      id,
      object: 'model',
      type: 'model',
      display_name: id,
      created: 0,
      owned_by: 'script',
    }));
    return sendJson(response, 200, { object: 'list', data, has_more: false, first_id: null, last_id: null });
  }
  return sendJson(response, 404, {
    error: { message: `No such path: ${url.pathname}`, type: 'not_found_error' },
  });
}

async function handle(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (request.method === 'POST' && url.pathname in protocolOfPath)
    return serveCall(desk, url.pathname, request, response);
  const isModels = url.pathname === '/v1/models';
  if (isModels && desk.script.apiKey !== undefined && keyOf(request) !== desk.script.apiKey) {
    return sendStatus(response, null, { kind: 'status', status: 401, message: 'Wrong key.' });
  }
  return serveRest(desk, url, response);
}

export async function startScriptedModelServer(script: Script, port = 0): Promise<ScriptedModelServer> {
  const desk: Desk = { script, plan: createPlan(script), journal: createJournal(), calls: [] };
  const server = createServer((request, response) => {
    response.on('error', () => {});
    handle(desk, request, response).catch((error: unknown) => {
      desk.plan.fail(`The server itself failed: ${error instanceof Error ? error.stack : String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    v1: `${url}/v1`,
    port: (server.address() as AddressInfo).port,
    journal: () => desk.journal.entries(),
    calls: () => desk.calls,
    plan: (...answers) => desk.plan.add(answers),
    assertDone: () => desk.plan.assertDone(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
