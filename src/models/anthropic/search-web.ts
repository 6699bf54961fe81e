// Anthropic's own web search: a tool that runs at the provider. The oldest version, since later ones filter by running code, which the small
// models that search for us need not be able to do.
import type Anthropic from '@anthropic-ai/sdk';
import { foundPages, searchProblem } from '../found-pages.ts';
import type { CallOptions, FoundPage, WebSearchReply, WebSearchRequest } from '../port.ts';
import { watchedCall } from '../watched-call.ts';
import { type MessageBlock, readMessageStream } from './read-message-stream.ts';

type Result = Anthropic.WebSearchResultBlock;
type Citation = Anthropic.CitationsWebSearchResultLocation;

function requestOf(request: WebSearchRequest): Anthropic.MessageCreateParamsStreaming {
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    system: request.system,
    messages: [{ role: 'user', content: request.prompt }],
    tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: request.searches }],
    stream: true,
  };
}

export function searchWeb(
  client: Anthropic,
  request: WebSearchRequest,
  options: CallOptions,
): Promise<WebSearchReply> {
  return watchedCall(options, async (call) => {
    const stream = await client
      .withOptions({ fetch: call.fetch })
      .messages.create(requestOf(request), { signal: call.signal, headers: call.headers });
    const answer = await readMessageStream(stream);
    const results = resultsOf(answer.blocks);
    return {
      pages: foundPages(answer.blocks.flatMap(citedIn), results.pages),
      problem: searchProblem(answer, results),
      usage: answer.usage,
      usageSource: 'reported',
      requestId: call.responseHeaders()?.get('request-id') ?? null,
      providerModel: answer.providerModel ?? request.model,
    };
  });
}

function resultsOf(blocks: readonly MessageBlock[]): {
  pages: Result[];
  faults: string[];
  searched: boolean;
} {
  const contents = blocks
    .filter(({ type }) => type === 'web_search_tool_result')
    .map(({ content }) => content);
  const pages = contents.flatMap((content) => (Array.isArray(content) ? (content as Result[]) : []));
  const faults = contents.flatMap((content) =>
    Array.isArray(content) ? [] : [(content as Anthropic.WebSearchToolResultError).error_code],
  );
  return { pages, faults: pages.length > 0 ? [] : faults, searched: contents.length > 0 };
}

function citedIn({ type, citations }: MessageBlock): FoundPage[] {
  if (type !== 'text' || !Array.isArray(citations)) return [];
  return (citations as Citation[])
    .filter((citation) => citation.type === 'web_search_result_location')
    .map(({ title, url, cited_text }) => ({ title: title ?? '', url, excerpt: cited_text }));
}
