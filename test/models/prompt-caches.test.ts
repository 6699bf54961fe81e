// That the next turn of a conversation finds in the provider's cache what the last one left there.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAnthropicProvider } from '../../src/models/anthropic/anthropic.ts';
import { createOpenAiProvider } from '../../src/models/openai/openai.ts';
import type { ModelMessage } from '../../src/models/port.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { options, requestTo } from './providers.ts';

let server: ScriptedModelServer;
beforeEach(async () => {
  server = await startScriptedModelServer({ rule: () => ({ text: 'Done.' }) });
});
afterEach(async () => {
  await server.close();
});

const note = { name: 'note', description: 'Notes.', parameters: { type: 'object', properties: {} } };
const turn = (n: number): ModelMessage[] => [
  { role: 'assistant', text: `Noting ${n}.`, toolCalls: [{ id: `t${n}`, name: 'note', arguments: '{}' }] },
  { role: 'tool', callId: `t${n}`, name: 'note', text: `Noted ${n}.` },
];
const opening: ModelMessage = { role: 'user', text: 'Note all of it.' };
const messages = [opening, ...turn(1), ...turn(2), ...turn(3)];

interface Marked {
  content?: { cache_control?: unknown; type: string }[];
}
const isMarked = ({ content }: Marked) =>
  content?.some(({ cache_control }) => cache_control !== undefined) === true;

test('Anthropic is asked to keep system and tools, the beginning, and the end of this turn and the last; answers are not marked', async () => {
  const provider = createAnthropicProvider({ apiKey: 'k', baseUrl: server.url });
  await provider.complete(
    requestTo('claude-opus-5-5', { system: 'You are.', messages, tools: [note] }),
    options(),
  );
  const body = server.calls()[0]?.body as { system: object[]; messages: Marked[] };
  expect(body.system).toEqual([{ type: 'text', text: 'You are.', cache_control: { type: 'ephemeral' } }]);
  expect(body.messages.map(isMarked)).toEqual([true, false, false, false, true, false, true]);
});

test('what nobody asks about again is not marked: without tools there is no next turn', async () => {
  const provider = createAnthropicProvider({ apiKey: 'k', baseUrl: server.url });
  await provider.complete(requestTo('claude-opus-5-5', { messages: [opening] }), options());
  const body = server.calls()[0]?.body as { messages: Marked[] } | undefined;
  expect(body?.messages.map(isMarked)).toEqual([false]);
});

test('a longer conversation begins, but for the marks, with the whole of the shorter one, for each protocol', async () => {
  const unmarked = (value: unknown) =>
    JSON.stringify(value, (key, inner: unknown) => (key === 'cache_control' ? undefined : inner)).slice(
      0,
      -1,
    );
  const asked = async (provider: ReturnType<typeof createOpenAiProvider>, model: string) => {
    for (const some of [messages.slice(0, 5), messages])
      await provider.complete(requestTo(model, { messages: some, tools: [note] }), options());
    const [shorter, longer] = server
      .calls()
      .slice(-2)
      .map(({ body }) => body);
    const list = (body: Record<string, unknown> | undefined) => unmarked(body?.messages ?? body?.input);
    expect(list(longer).startsWith(list(shorter))).toBe(true);
    expect([longer?.tools, longer?.system, longer?.instructions]).toEqual([
      shorter?.tools,
      shorter?.system,
      shorter?.instructions,
    ]);
  };
  await asked(createAnthropicProvider({ apiKey: 'k', baseUrl: server.url }), 'claude-opus-5-5');
  await asked(
    createOpenAiProvider({ apiKey: 'k', baseUrl: server.v1, protocol: 'responses' }),
    'gpt-6.1-sol',
  );
  await asked(createOpenAiProvider({ apiKey: 'k', baseUrl: server.v1, protocol: 'chat' }), 'gpt-4.1-mini');
});

test('OpenAI is told with a key which requests begin alike: those of one attempt', async () => {
  const provider = createOpenAiProvider({ apiKey: 'k', baseUrl: server.v1, protocol: 'responses' });
  for (const callKey of ['tsk_1/1/1/1', 'tsk_1/1/3/1', 'tsk_1/2/1/1'])
    await provider.complete(requestTo('gpt-6.1-sol', { messages: [opening] }), {
      ...options(),
      callKey,
      try: 1,
    });
  expect(server.calls().map(({ body }) => body.prompt_cache_key)).toEqual(['tsk_1/1', 'tsk_1/1', 'tsk_1/2']);
});
