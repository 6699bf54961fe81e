// OpenAI's own web search: a tool that runs at the provider, over the Responses API alone. Pages come as citations in the text, and as the
// bare addresses of all that was found.
import type OpenAI from 'openai';
import { foundPages, searchProblem } from '../found-pages.ts';
import type { CallOptions, FoundPage, WebSearchReply, WebSearchRequest } from '../port.ts';
import { estimateUsage } from '../usage.ts';
import { watchedCall } from '../watched-call.ts';
import { readResponseStream } from './read-response-stream.ts';
import type { ResponsesDialect } from './responses-request.ts';

type Item = OpenAI.Responses.ResponseOutputItem;
type Text = OpenAI.Responses.ResponseOutputText;

function requestOf(
  request: WebSearchRequest,
  dialect: ResponsesDialect,
): OpenAI.Responses.ResponseCreateParamsStreaming {
  return {
    model: request.model,
    instructions: request.system,
    input: [{ role: 'user', content: request.prompt }],
    max_output_tokens: request.maxOutputTokens,
    tools: [{ type: 'web_search', search_context_size: 'low' }],
    tool_choice: 'required',
    max_tool_calls: request.searches,
    include: ['web_search_call.action.sources'],
    // Looking up needs little thought, and thoughts are paid for.
    ...(dialect.reasons(request.model) ? { reasoning: { effort: 'low' } } : {}),
    store: false,
    stream: true,
  };
}

export function searchWeb(
  { client, dialect }: { client: OpenAI; dialect: ResponsesDialect },
  request: WebSearchRequest,
  options: CallOptions,
): Promise<WebSearchReply> {
  return watchedCall(options, async (call) => {
    const stream = await client
      .withOptions({ fetch: call.fetch })
      .responses.create(requestOf(request, dialect), { signal: call.signal, headers: call.headers });
    const { items, text, stop, usage, providerModel } = await readResponseStream(stream);
    const results = resultsOf(items);
    return {
      pages: foundPages(items.flatMap(citedIn), results.pages),
      problem: searchProblem({ text, stop }, results),
      // Who names no usage has made what was asked for.
      usage: usage ?? {
        ...estimateUsage(request.system + request.prompt, text),
        searches: request.searches,
      },
      usageSource: usage ? 'reported' : 'estimated',
      requestId: call.responseHeaders()?.get('x-request-id') ?? null,
      providerModel: providerModel ?? request.model,
    };
  });
}

function resultsOf(items: readonly Item[]) {
  const calls = items.filter((item) => item.type === 'web_search_call');
  const pages = calls.flatMap(({ action }) =>
    action?.type === 'search'
      ? (action.sources ?? []).flatMap(({ url }) => (url ? [{ title: '', url: plainUrl(url) }] : []))
      : [],
  );
  const failed = calls.some(({ status }) => status === 'failed') && pages.length === 0;
  return { pages, faults: failed ? ['the provider could not search'] : [], searched: calls.length > 0 };
}

function citedIn(item: Item): FoundPage[] {
  if (item.type !== 'message') return [];
  return item.content.flatMap((content) => (content.type === 'output_text' ? citationsOf(content) : []));
}

function citationsOf({ text, annotations }: Text): FoundPage[] {
  const citations = annotations.filter((each) => each.type === 'url_citation');
  return citations.map(({ title, url, start_index: from }) => ({
    title,
    url: plainUrl(url),
    excerpt: lineAt(text, from, citations),
  }));
}

/** The line that a citation ends, without its marks: what the model says of that page. */
function lineAt(
  text: string,
  at: number,
  marks: readonly { start_index: number; end_index: number }[],
): string {
  const from = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  const to = end < 0 ? text.length : end;
  const within = marks
    .filter(({ start_index, end_index }) => start_index >= from && end_index <= to)
    .toSorted((one, other) => other.start_index - one.start_index);
  const line = within.reduce(
    (left, { start_index, end_index }) => left.slice(0, start_index - from) + left.slice(end_index - from),
    text.slice(from, to),
  );
  return line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '').trim();
}

/** The provider signs the addresses that it cites. */
function plainUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const plain = new URL(url);
  if (plain.searchParams.get('utm_source') !== 'openai') return url;
  plain.searchParams.delete('utm_source');
  return plain.href;
}
