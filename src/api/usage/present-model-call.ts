import type { ModelCallView } from '../../contracts/task-views.ts';
import type { ToolRequest } from '../../db/calls/ask-approval.ts';
import type { CallRequest, CompleteRequest } from '../../db/calls/call-plan.ts';
import type { SearchRequest } from '../../db/calls/who-searches.ts';
import type { LedgerEntryRow } from '../../db/mappings/ledger-entry.ts';
import type { ModelCallParts } from '../../db/model-call-reads.ts';
import { presentLedgerEntry } from './present-ledger.ts';

export function presentModelCall(parts: ModelCallParts): ModelCallView {
  const { effect, tries } = parts;
  const { id, taskId, attempt, turn, purpose, status, outcome, error } = effect;
  return {
    id,
    taskId,
    attempt,
    turn,
    purpose,
    status,
    ...(effect.kind === 'tool' ? searchView(effect.request as ToolRequest) : askedView(parts)),
    price: tries.at(-1)?.price ?? null,
    waste: wasteOf(tries),
    reply: outcome ?? null,
    error,
    tries: tries.map(presentLedgerEntry),
    createdAt: effect.createdAt.toISOString(),
    settledAt: effect.settledAt?.toISOString() ?? null,
  };
}

type AskedView = Pick<ModelCallView, 'request' | 'messages' | 'intact' | 'route' | 'packing'>;

function askedView({ effect, body, tries }: ModelCallParts): AskedView {
  const request = effect.request as CallRequest | null;
  return {
    request: request && requestView(request, body),
    messages: (body?.messages ?? []).map(({ role, ...content }) => ({ role, content })),
    intact: body?.intact ?? true,
    route: request && routeView(request),
    packing: request?.kind === 'complete' ? packingView(request, tries) : null,
  };
}

/** The last search that a model provider was asked for in a tool call: its request is kept whole. */
function searchView({ search, service }: ToolRequest): AskedView {
  const { prompt, reason: why, ...request } = search as SearchRequest;
  const reason = service?.reason ?? why;
  return {
    request: { kind: 'search', ...request },
    messages: [{ role: 'user', content: { text: prompt } }],
    intact: true,
    route: { reason, candidates: [], rejected: [] },
    packing: null,
  };
}

/** The texts instead of the places where they are kept. */
function requestView(request: CallRequest, body: ModelCallParts['body']): Record<string, unknown> {
  if (request.kind === 'score') {
    const { route: _route, reason: _reason, ...rest } = request;
    return rest;
  }
  const { kind, provider, model, maxOutputTokens, temperature, images } = request;
  return {
    kind,
    provider,
    model,
    maxOutputTokens,
    temperature,
    ...body?.frame,
    ...(images ? { images } : {}),
  };
}

function packingView({ packing }: CompleteRequest, tries: LedgerEntryRow[]): ModelCallView['packing'] {
  if (!packing) return null;
  const { room, total, counter = 'estimate', kept, left } = packing;
  const answered = tries.find(({ outcome }) => outcome === 'ok');
  return {
    room,
    total: Math.round(total),
    counter,
    reported: answered?.inputTokens ?? null,
    kept: kept.map(({ id, tokens, cut = false }) => ({ id, tokens: Math.round(tokens), cut })),
    left: left.map((part) => ({ ...part, tokens: Math.round(part.tokens) })),
  };
}

function wasteOf(tries: LedgerEntryRow[]): ModelCallView['waste'] {
  const lost = tries.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'open');
  const known = lost.every(({ microUsd }) => microUsd !== null);
  return {
    tries: lost.length,
    usd: known ? lost.reduce((sum, { microUsd }) => sum + (microUsd ?? 0), 0) / 1e6 : null,
  };
}

function routeView({ reason, route }: CallRequest): NonNullable<ModelCallView['route']> {
  const { candidates = [], rejected = [] } = route ?? {};
  return { reason: reason ?? '', candidates: candidates.map((each) => ({ ...each })), rejected };
}
