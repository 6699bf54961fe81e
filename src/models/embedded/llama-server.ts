/**
 * The built-in model behind an OpenAI-compatible endpoint on loopback, so that one provider serves it, llama.cpp, Ollama
 * and vLLM alike. One request at a time, the others wait in a line with an end; a client that hangs up stops its work.
 * It listens before the model is loaded, so that a taken port shows at once; until then it answers 503.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as z from 'zod';
import { findEntry, modelIdOfFile } from '../catalogue.ts';
import { answerChat, type ChatJob } from './answer-chat.ts';
import { answerCompletion, type CompletionJob } from './answer-completion.ts';
import { keepLineOpen } from './keep-line-open.ts';
import { openLlamaEngine, PromptTooLong, UnusableSchema, type LlamaEngine } from './llama-engine.ts';
import { ChatRequest, CompletionRequest, historyOf } from './read-request.ts';
import { sendJson } from './send-json.ts';
import { createWorkQueue, QueueFull, type WorkQueue } from './work-queue.ts';

export interface LlamaServerOptions {
  modelPath: string;
  /** 0 takes a free one. */
  port: number;
  maxBodyBytes?: number;
  maxWaiting?: number;
  /** How often a caller who waits hears something. Well under the stall watch of any caller. */
  beatMs?: number;
}

export interface LlamaServer {
  /** Ends in `/v1`. */
  url: string;
  model: string;
  close(): Promise<void>;
}

interface Desk {
  engine: LlamaEngine | null;
  model: string;
  queue: WorkQueue;
  maxBodyBytes: number;
  beatMs: number;
}

class BodyTooLarge extends Error {}
class BadRequest extends Error {}

const unknownModelWindow = 8_192;

async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBytes) throw new BodyTooLarge(`The body is larger than ${maxBytes} bytes.`);
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new BadRequest('The body is not JSON.');
  }
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new BadRequest(
    parsed.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`).join('; '),
  );
}

interface ErrorAnswer {
  status: number;
  type: string;
  code?: string;
  headers?: Record<string, string>;
}

function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof BodyTooLarge) return { status: 413, type: 'invalid_request_error' };
  if (error instanceof BadRequest || error instanceof UnusableSchema)
    return { status: 400, type: 'invalid_request_error' };
  if (error instanceof PromptTooLong)
    return { status: 400, type: 'invalid_request_error', code: 'context_length_exceeded' };
  if (error instanceof QueueFull)
    return { status: 429, type: 'rate_limit_error', headers: { 'retry-after': '1' } };
  return { status: 500, type: 'server_error' };
}

function sendError(response: ServerResponse, error: unknown): void {
  const { status, type, code, headers } = errorAnswer(error);
  const message = error instanceof Error ? error.message : String(error);
  // What is left of a body that was too large is not read: the line closes with the answer.
  sendJson(
    response,
    status,
    { error: { message, type, param: null, code: code ?? null } },
    { ...headers, ...(status === 413 ? { connection: 'close' } : {}) },
  );
}

/** Aborts when the client hangs up before its answer was out. */
function hangUpSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

async function serveWork(
  desk: Desk,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { engine, model } = desk;
  if (!engine)
    return sendJson(
      response,
      503,
      { error: { message: 'The model is being loaded.', type: 'server_error' } },
      { 'retry-after': '1' },
    );
  const id = randomUUID();
  response.setHeader('x-request-id', id);
  const body = await readJson(request, desk.maxBodyBytes);
  const signal = hangUpSignal(response);
  const line = { id, model, signal };
  const work =
    path === '/v1/completions'
      ? completionWork(engine, { ...line, request: parse(CompletionRequest, body) }, response)
      : chatWork(engine, { ...line, request: parse(ChatRequest, body) }, response);
  const stopBeats = keepLineOpen(response, { stream: work.stream, everyMs: desk.beatMs });
  await desk.queue.run(signal, work.run).finally(stopBeats);
}

interface Work {
  stream: boolean;
  run(): Promise<void>;
}

/** Both refuse what does not fit before they wait in line. */
function completionWork(engine: LlamaEngine, job: CompletionJob, response: ServerResponse): Work {
  for (const prompt of job.request.prompt) engine.measure(prompt);
  return { stream: false, run: () => answerCompletion(engine, job, response) };
}

function chatWork(engine: LlamaEngine, job: ChatJob, response: ServerResponse): Work {
  engine.measure(historyOf(job.request));
  return { stream: job.request.stream, run: () => answerChat(engine, job, response) };
}

async function handle(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const route = `${request.method} ${path}`;
  if (route === 'GET /health')
    return sendJson(response, desk.engine ? 200 : 503, {
      ok: desk.engine !== null,
      model: desk.model,
      waiting: desk.queue.waiting(),
    });
  if (route === 'GET /v1/models')
    return sendJson(response, 200, {
      object: 'list',
      data: [{ id: desk.model, object: 'model', created: 0, owned_by: 'local' }],
    });
  if (route === 'POST /v1/chat/completions' || route === 'POST /v1/completions')
    return serveWork(desk, path, request, response);
  sendJson(response, 404, { error: { message: `There is no ${route}.`, type: 'not_found_error' } });
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Ready to serve when it resolves. Rejects when the port is taken or the file is no model. */
export async function startLlamaServer(options: LlamaServerOptions): Promise<LlamaServer> {
  const model = modelIdOfFile(options.modelPath);
  const desk: Desk = {
    engine: null,
    model,
    queue: createWorkQueue(options.maxWaiting ?? 64),
    maxBodyBytes: options.maxBodyBytes ?? 4_000_000,
    beatMs: options.beatMs ?? 5_000,
  };
  const server = createServer((request, response) => {
    response.on('error', () => {});
    handle(desk, request, response).catch((error: unknown) => sendError(response, error));
  });
  const port = await listen(server, options.port);
  const closeServer = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  try {
    const contextTokens = findEntry(model, 'llama')?.contextTokens ?? unknownModelWindow;
    desk.engine = await openLlamaEngine({ modelPath: options.modelPath, contextTokens });
  } catch (error) {
    await closeServer();
    throw error;
  }
  const { engine } = desk;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    model,
    async close() {
      await closeServer();
      // The work under way notices that its client is gone; the engine may only be let go after it.
      await desk.queue
        .run(new AbortController().signal, () => engine.dispose())
        .catch(() => engine.dispose());
    },
  };
}
