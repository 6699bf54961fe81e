// What a provider's own web search looks like in the two protocols that have one.
import type { SearchAnswer, ServedCall } from './script.ts';

export interface SearchItem {
  item: Record<string, unknown>;
  between: { type: string; [key: string]: unknown }[];
}

const queryOf = (call: ServedCall) => /^Query: (.*)$/m.exec(call.text)?.[1] ?? call.text;

/** Responses: a call with the addresses that were found, then a message that cites. */
export function searchItems(call: ServedCall, { pages, fault }: SearchAnswer): SearchItem[] {
  const id = `ws_${call.id}`;
  const include = Array.isArray(call.body.include) ? call.body.include : [];
  const sources = pages.map(({ url }) => ({ type: 'url', url }));
  const action = {
    type: 'search',
    query: queryOf(call),
    queries: [queryOf(call)],
    ...(include.includes('web_search_call.action.sources') ? { sources } : {}),
  };
  const searched = { id, type: 'web_search_call', status: fault ? 'failed' : 'completed', action };
  const steps = ['in_progress', 'searching', 'completed'];
  return [
    {
      item: searched,
      between: steps.map((step) => ({ type: `response.web_search_call.${step}`, item_id: id })),
    },
    ...(pages.some(({ said }) => said) ? [citingMessage(call, pages)] : []),
  ];
}

function citingMessage(call: ServedCall, pages: SearchAnswer['pages']): SearchItem {
  const item_id = `msg_${call.id}`;
  let text = '';
  const annotations: object[] = [];
  for (const { title, url, said } of pages) {
    if (!said) continue;
    text += `${text ? '\n' : ''}- ${said} `;
    const start_index = text.length;
    const cited = `${url}${url.includes('?') ? '&' : '?'}utm_source=openai`;
    text += `([${new URL(url).hostname}](${cited}))`;
    annotations.push({ type: 'url_citation', title, url: cited, start_index, end_index: text.length });
  }
  const content = [{ type: 'output_text', text, annotations, logprobs: [] }];
  return {
    item: { id: item_id, type: 'message', role: 'assistant', status: 'completed', content },
    between: [
      { type: 'response.output_text.delta', item_id, content_index: 0, delta: text },
      ...annotations.map((annotation, annotation_index) => ({
        type: 'response.output_text.annotation.added',
        ...{ item_id, content_index: 0, annotation_index, annotation },
      })),
    ],
  };
}

export interface SearchBlock {
  start: object;
  deltas: object[];
  whole: object;
}

/** Messages: the call, its results with what only the provider can read, then a text for each page that is cited. */
export function searchBlocks(call: ServedCall, { pages, fault }: SearchAnswer): SearchBlock[] {
  const id = `srvtoolu_${call.id}`;
  const asked = { type: 'server_tool_use', id, name: 'web_search' };
  const input = { query: queryOf(call) };
  const content = fault
    ? { type: 'web_search_tool_result_error', error_code: fault }
    : pages.map(({ title, url }) => ({
        ...{ type: 'web_search_result', title, url },
        ...{ encrypted_content: 'EqgfCioIARgBIiQ3', page_age: null },
      }));
  const results = { type: 'web_search_tool_result', tool_use_id: id, content, caller: { type: 'direct' } };
  const delta = { type: 'input_json_delta', partial_json: JSON.stringify(input) };
  return [
    { start: { ...asked, input: {} }, deltas: [delta], whole: { ...asked, input } },
    { start: results, deltas: [], whole: results },
    ...pages.flatMap(({ title, url, said }) => (said ? [citingText({ title, url, said })] : [])),
  ];
}

function citingText({ title, url, said }: { title: string; url: string; said: string }): SearchBlock {
  const citation = {
    ...{ type: 'web_search_result_location', url, title, cited_text: said },
    encrypted_index: 'Eo8BCioIAhgBIiQy',
  };
  const text = `About this: ${said}`;
  return {
    start: { type: 'text', text: '', citations: [] },
    deltas: [
      { type: 'citations_delta', citation },
      { type: 'text_delta', text },
    ],
    whole: { type: 'text', text, citations: [citation] },
  };
}
