/**
 * One model call: claim, call, settle. The claim and the settlement are transactions of the record; between them is only the network.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { JobInput, Standing } from '../src/contracts/corridor.ts';
import { kinds } from '../src/core/documents/kinds.ts';
import { quotedMarkdown, type QuotedData } from '../src/core/documents/run-method.ts';
import { toScores } from '../src/core/documents/score-prompts.ts';
import { chooseTemplate } from '../src/core/documents/template-match.ts';
import type {
  CallMessage,
  ClaimedCall,
  SentImage,
  CompleteRequest,
  ScoreRequestRecord,
  ScoreUse,
} from '../src/db/calls/call-plan.ts';
import type { Settled, Settlement } from '../src/db/calls/settle-call.ts';
import type { TaskRecord } from '../src/db/task-record.ts';
import type { LimitNotice, RateLimits } from '../src/feed/rate-limits.ts';
import type { TokenFeed } from '../src/feed/tokens.ts';
import type { ModelFailure } from '../src/models/classify-failure.ts';
import type { CatalogueEntry } from '../src/models/catalogue-entry.ts';
import type { ModelMessage, ModelProvider, Usage } from '../src/models/port.ts';
import { awaitTurn, limitKey } from './await-turn.ts';
import { bookFailure } from './book-failure.ts';
import { toTemporalFailure } from './failures.ts';
import { type Watch, watchJob } from './job.ts';
import { keepTrying } from './keep-trying.ts';
import { fulfilledBy, withItsRun } from './with-its-run.ts';

interface Registry {
  provider(name: string): ModelProvider | null;
  entry(provider: string, model: string): CatalogueEntry | null;
}

export interface ModelActivityParts {
  tasks: TaskRecord;
  /** What the workspace uses, as of the claim. */
  registryOf(workspaceId: string): Registry;
  priceOf(usage: Usage, prices: CatalogueEntry['prices']): number | null;
  classifyFailure(error: unknown): ModelFailure;
  tokens: TokenFeed;
  limits: RateLimits;
  /** Of the file storage. */
  readFile(sha256: string): Promise<Buffer>;
  onCancel(handler: (id: string) => void): () => void;
  stallMs: number;
}

interface Answer {
  outcome: unknown;
  said?: Record<string, unknown>;
  usage: Usage;
  /** The provider counted them. */
  reported: boolean;
  requestId: string | null;
}

export function createModelActivities(parts: ModelActivityParts) {
  return {
    async callModel(input: JobInput): Promise<Standing> {
      const watch = watchJob(input, parts.onCancel);
      try {
        return await withItsRun(parts.tasks, await callModel(parts, { input, watch }), { input, watch });
      } catch (error) {
        throw toTemporalFailure(error);
      } finally {
        watch.stop();
      }
    },
  };
}

interface Job {
  input: JobInput;
  watch: Watch;
}

/** The text that was written so far, as whoever watches has seen it. */
interface Written {
  text: string;
}

async function callModel(parts: ModelActivityParts, { input, watch }: Job): Promise<Standing> {
  const asker = { workspaceId: input.workspaceId, now: watch.now() };
  const claim = await parts.tasks.claimModelCall(
    { ...asker, ...fulfilledBy(input) },
    { taskId: input.id, key: input.key },
  );
  if ('over' in claim) return claim.over;
  const { claimed } = claim;
  const registry = parts.registryOf(input.workspaceId);
  const set = registry.entry(claimed.request.provider, claimed.request.model);
  const later = await awaitTurn({ limits: parts.limits, watch, claimed, set });
  if (later) {
    const { key, try: tryNumber } = claimed;
    const now = { ...asker, now: watch.now() };
    return keepTrying(() =>
      parts.tasks.postponeModelCall(now, { taskId: input.id, key, try: tryNumber, ...later }),
    );
  }
  const startedAt = performance.now();
  const settle = (rest: Pick<Settlement, 'ledger' | 'end'>) =>
    keepTrying(() =>
      parts.tasks.settleModelCall(
        { ...asker, now: watch.now() },
        { taskId: input.id, call: { ...claimed, model: claimed.request.model }, ...rest },
      ),
    );
  const written: Written = { text: '' };
  let answer: Answer;
  try {
    answer = await ask(parts, claimed, { input, watch, registry, written });
  } catch (error) {
    return await fail(parts, { error, watch, settle, written, latencyMs: performance.now() - startedAt });
  } finally {
    parts.tokens.end(claimed.callId);
  }
  const { usage, reported, requestId, outcome, said } = answer;
  parts.limits.giveBack(limitKey(claimed), claimed.tokens - usage.inputTokens - usage.outputTokens);
  const ledger = {
    outcome: 'ok' as const,
    usage,
    reported,
    // The price that was set aside for it, whatever the catalogue says by now.
    microUsd: parts.priceOf(usage, claimed.price as CatalogueEntry['prices']),
    latencyMs: performance.now() - startedAt,
    requestId,
  };
  return standingOf(await settle({ ledger, end: { as: 'settled', outcome, ...(said ? { said } : {}) } }));
}

function standingOf({ again: _again, ...standing }: Settled): Standing {
  return standing;
}

interface Failing {
  error: unknown;
  watch: Watch;
  settle(rest: Pick<Settlement, 'ledger' | 'end'>): Promise<Settled>;
  written: Written;
  latencyMs: number;
}

async function fail(
  parts: ModelActivityParts,
  { error, watch, settle, written, latencyMs }: Failing,
): Promise<Standing> {
  const failure = parts.classifyFailure(error);
  const ledger = bookFailure(failure, latencyMs);
  const what = ledger.error;
  if (watch.signal.aborted)
    return standingOf(
      await settle({
        ledger: { ...ledger, outcome: 'aborted' },
        end: { as: 'stopped', text: written.text },
      }),
    );
  if (!failure.retryable) return standingOf(await settle({ ledger, end: { as: 'failed', error: what } }));
  const { retryAfterMs } = failure;
  // An answer without sense is the model's fault for this prompt; everything else that may be repeated is nobody answering.
  const outage = failure.kind === 'malformed' ? null : { retryAfterMs };
  const settled = await settle({ ledger, end: { as: 'again', error: what, outage } });
  if (!settled.again) return standingOf(settled);
  throw ApplicationFailure.create({
    message: failure.message,
    type: failure.kind,
    ...(retryAfterMs === null ? {} : { nextRetryDelay: retryAfterMs }),
  });
}

function ask(parts: ModelActivityParts, claimed: ClaimedCall, job: Asked): Promise<Answer> {
  const provider = job.registry.provider(claimed.request.provider);
  if (!provider)
    throw ApplicationFailure.nonRetryable(
      `The provider ${claimed.request.provider} is not configured here.`,
      'unavailable',
    );
  return claimed.request.kind === 'complete'
    ? complete({ parts, provider, claimed, request: claimed.request, job })
    : score({ parts, provider, claimed, request: claimed.request, job });
}

interface Asked extends Job {
  registry: Registry;
  written: Written;
}

interface Asking<Request> {
  parts: ModelActivityParts;
  provider: ModelProvider;
  claimed: ClaimedCall;
  request: Request;
  job: Asked;
}

async function complete({
  parts,
  provider,
  claimed,
  request,
  job,
}: Asking<CompleteRequest>): Promise<Answer> {
  const { callId, key, rootTaskId, body } = claimed;
  if (!body) throw new Error(`The call ${key} has no messages.`);
  const { system, tools, outputSchema } = body.frame;
  const reply = await provider.complete(
    {
      model: request.model,
      system,
      messages: await withImages(body.messages.map(toModelMessage), request.images ?? [], parts.readFile),
      ...(tools.length > 0 ? { tools } : {}),
      ...(outputSchema ? { outputSchema } : {}),
      maxOutputTokens: request.maxOutputTokens,
      ...(request.temperature === null ? {} : { temperature: request.temperature }),
    },
    {
      signal: job.watch.signal,
      stallMs: parts.stallMs,
      callKey: key,
      try: claimed.try,
      onLimits: (limits) => parts.limits.learn(limitKey(claimed), limits),
      onText: (text) => {
        job.written.text += text;
        parts.tokens.append({ stream: claimed.stream, callId, try: claimed.try, text, rootTaskId });
      },
    },
  );
  const { text, toolCalls, stop, carry, usage, requestId } = reply;
  const reported = reply.usageSource === 'reported';
  return { outcome: { text, toolCalls, stop }, said: { text, toolCalls, carry }, usage, reported, requestId };
}

/** Images stand in the first message of the task, so that what comes after it stays the same from turn to turn. */
async function withImages(
  messages: ModelMessage[],
  images: readonly SentImage[],
  readFile: ModelActivityParts['readFile'],
): Promise<ModelMessage[]> {
  const first = messages.findIndex(({ role }) => role === 'user');
  const opening = messages[first];
  if (images.length === 0 || opening?.role !== 'user') return messages;
  const shown = await Promise.all(
    images.map(async ({ sha256, mediaType }) => ({
      mediaType,
      data: (await readFile(sha256)).toString('base64'),
    })),
  );
  return messages.with(first, { ...opening, images: shown });
}

function toModelMessage(message: CallMessage): ModelMessage {
  return message as unknown as ModelMessage;
}

async function score({
  parts,
  provider,
  claimed,
  request,
  job,
}: Asking<ScoreRequestRecord>): Promise<Answer> {
  if (!provider.score)
    throw ApplicationFailure.nonRetryable(`The provider ${provider.name} cannot score.`, 'unavailable');
  const { prompts, labels, model } = request;
  const options = {
    signal: job.watch.signal,
    stallMs: parts.stallMs,
    callKey: claimed.key,
    try: claimed.try,
    onLimits: (limits: LimitNotice) => parts.limits.learn(limitKey(claimed), limits),
  };
  const reply = await provider.score({ model, prompts, labels }, options);
  Context.current().heartbeat();
  const { usage, requestId } = reply;
  return { outcome: outcomeOf(claimed.score, reply.scores), usage, reported: false, requestId };
}

function outcomeOf(use: ScoreUse | null, scores: number[][]): unknown {
  if (use?.use === 'template')
    return chooseTemplate({ goal: use.goal, templates: use.templates, files: use.files, scores });
  if (!use) return { scores };
  const sentences = toScores(use.candidates, kinds[use.about], scores);
  const data: QuotedData = { about: use.about, sentences, fileNames: use.fileNames };
  return { markdown: quotedMarkdown(data), data };
}
