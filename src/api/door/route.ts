import type { Request, Response } from 'express';
import { unstorable } from '../../contracts/storable.ts';
import type { Authenticated } from '../../commands/authenticate.ts';
import { isUnsafe, whoCalls } from '../auth/who-calls.ts';
import type { Call, DeskCall, Door, Operation, ReplyOf } from './door.ts';
import { answerOnce } from './idempotency.ts';
import { readJson } from './read-json.ts';
import { invalidRequest, parseInput } from './parse-input.ts';
import { sendAnswer } from './send-answer.ts';
import type { Tx } from '../../db/record.ts';
import type { Problem } from '../../errors.ts';

/**
 * One route: registered for the reference, its inputs parsed once with every fault reported, its answer sent.
 *
 * 1. `handle` runs inside one transaction of the caller's workspace. On POST an Idempotency-Key is claimed and its answer stored in
 *    that same transaction, so there is no moment in which the work is done and the answer unknown.
 * 2. A reply that only reads what was done may go out with the commit: `handle` then gives what reads it.
 * 3. `readBody` replaces the JSON reader (uploads, YAML). It runs before the transaction: nothing slow happens inside it.
 */
export interface Route<Op extends Operation, Prepared = undefined, Known = undefined> {
  readBody?: (request: Request, response: Response, caller: Authenticated) => Promise<unknown>;
  location?: (reply: ReplyOf<Op>) => string;
  etag?: (reply: ReplyOf<Op>) => string;
  /** What may be stored for replays: the answer without its secrets. */
  storable?: (reply: ReplyOf<Op>) => unknown;
  /** What is slow (asking another server) happens here, before the transaction. A request that is repeated prepares again. */
  prepare?: (call: Call<Op>) => Promise<Prepared>;
  /** What is asked whatever the transaction finds: it goes out with its beginning, before a repeated request is known as such. */
  ahead?: (call: DeskCall<Op>) => Promise<Known>;
  /** @returns the reply, or what reads it: it sends all that it asks at once, with the commit unless the reply is stored before that */
  handle: (
    call: DeskCall<Op> & { prepared: Prepared; known: Known },
  ) => Promise<ReplyOf<Op> | Reading<ReplyOf<Op>>>;
}

type Reading<Reply> = () => Promise<Reply>;

export function route<const Op extends Operation, Prepared = undefined, Known = undefined>(
  door: Door,
  operation: Op,
  definition: Route<Op, Prepared, Known>,
): void {
  mount(door, operation, async (request, response) => {
    const caller = await whoCalls(door, request);
    const call = await readCall(operation, request, response, { caller, readBody: definition.readBody });
    const prepared = (await definition.prepare?.(call)) as Prepared;
    const { ahead, storable, location, etag } = definition;
    const answerOf = (reply: ReplyOf<Op>) => ({
      reply,
      location: location?.(reply) ?? null,
      etag: etag?.(reply) ?? null,
    });
    const scope = { workspaceId: caller.workspaceId, actor: caller.principalId };
    const status = operation.status ?? 200;
    const answer = await door.db.inWorkspace(
      scope,
      async (tx, known: Known) => {
        const perform = async () => readingOf(await definition.handle({ ...call, tx, prepared, known }));
        const key = operation.method === 'post' ? request.get('idempotency-key') : undefined;
        if (key === undefined) {
          const reply = withCommit(tx, await perform());
          return async () => answerOf(await reply());
        }
        const once = { key, request, body: call.body, status, storable };
        const answered = await answerOnce(tx, once, async () => answerOf(await (await perform())()));
        return async () => answered;
      },
      ahead && ((tx) => ahead({ ...call, tx })),
    );
    sendAnswer(response, status, await answer());
  });
}

function readingOf<Reply>(done: Reply | Reading<Reply>): Reading<Reply> {
  return typeof done === 'function' ? (done as Reading<Reply>) : async () => done;
}

/** @returns what waits for it, once the transaction has ended */
function withCommit<Reply>(tx: Tx, read: Reading<Reply>): Reading<Reply> {
  let reading: Promise<Reply> | undefined;
  tx.lastly(() => (reading = read()));
  return () => reading as Promise<Reply>;
}

/** A route that answers by itself: streams, downloads, signing in. No transaction is open around it. */
export function openRoute<const Op extends Operation>(
  door: Door,
  operation: Op,
  serve: (call: Call<Op>) => Promise<void>,
): void {
  mount(door, operation, async (request, response) => {
    const nobody: Authenticated = { workspaceId: '', principalId: '', role: 'viewer', name: '', csrf: null };
    const caller = operation.access === 'public' ? nobody : await whoCalls(door, request);
    await serve(await readCall(operation, request, response, { caller }));
  });
}

function mount(
  door: Door,
  operation: Operation,
  run: (request: Request, response: Response) => Promise<void>,
): void {
  door.operations.push(operation);
  door.router[operation.method](expressPath(operation.path), (request, response, next) => {
    response.locals.route = operation.path;
    response.locals.ids = { ...request.params };
    run(request, response).catch((error: unknown) => {
      // A literal address may stand behind a pattern (/workflows/validate, /workflows/{workflowId}).
      if (error instanceof NoSuchId) next();
      else next(error);
    });
  });
}

/** The address has parts that no id can have. */
class NoSuchId extends Error {}

/** `/tasks/{taskId}` as Express writes it. */
export function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

async function readCall<Op extends Operation>(
  operation: Op,
  request: Request,
  response: Response,
  { caller, readBody }: { caller: Authenticated; readBody?: Route<Op>['readBody'] },
): Promise<Call<Op>> {
  const params = operation.params ? parseInput(operation.params, request.params) : { value: undefined };
  // A path that no id can have names nothing.
  if ('problems' in params) throw new NoSuchId();
  const problems: Problem[] = [];
  const query = operation.query ? parseInput(operation.query, request.query, '/query') : { value: undefined };
  if ('problems' in query) problems.push(...query.problems);
  const read = readBody && (() => readBody(request, response, caller));
  const body = await readAndParse(operation, request, response, read);
  if ('problems' in body) problems.push(...body.problems);
  if (problems.length > 0) throw invalidRequest(problems);
  const value = (part: object) => ('value' in part ? part.value : undefined);
  return {
    caller,
    params: value(params),
    query: value(query),
    body: value(body),
    ifMatch: ifMatchOf(request),
    request,
    response,
  } as Call<Op>;
}

async function readAndParse<Op extends Operation>(
  operation: Op,
  request: Request,
  response: Response,
  readBody: (() => Promise<unknown>) | undefined,
): Promise<{ value: unknown } | { problems: Problem[] }> {
  if (!operation.body || !isUnsafe(request.method)) return { value: undefined };
  if (readBody) {
    const value = await readBody();
    const problems = unstorable(value);
    return problems.length > 0 ? { problems } : { value };
  }
  const given = await readJson(request, response);
  if (given === undefined && !operation.bodyOptional) {
    return { problems: [{ pointer: '', code: 'required', message: 'A JSON body is missing.' }] };
  }
  return parseInput(operation.body, given ?? (operation.bodyOptional ? {} : given));
}

function ifMatchOf(request: Request): string | null {
  const header = request.get('if-match')?.trim();
  if (header === undefined || header === '*') return null;
  return header.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}
