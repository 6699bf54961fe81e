// What only one provider does: the parts of the port that its protocol cannot say plainly.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAnthropicProvider } from '../../src/models/anthropic/anthropic.ts';
import { classifyFailure } from '../../src/models/classify-failure.ts';
import { labelScores } from '../../src/models/llama/label-scores.ts';
import { createLlamaProvider } from '../../src/models/llama/llama.ts';
import { createOpenAiProvider } from '../../src/models/openai/openai.ts';
import { readChatStream } from '../../src/models/openai/read-chat-stream.ts';
import { fitsStrict } from '../../src/models/strict-schema.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../support/scripted-model-server/server.ts';
import { failureOf, options, requestTo } from './providers.ts';

let server: ScriptedModelServer;
beforeEach(async () => {
  server = await startScriptedModelServer({});
});
afterEach(async () => {
  await server.close();
});

const note = { name: 'note', description: 'Notes.', parameters: { type: 'object', properties: {} } };

test('signed reasoning is carried and given back as it came, to its own provider only', async () => {
  server.plan({
    thinking: { text: 'Let me think.', signature: 'c2ln' },
    text: 'Noting.',
    toolCalls: [{ id: 'tu_1', name: 'note', arguments: { a: 1 } }],
  });
  const anthropic = createAnthropicProvider({ apiKey: 'k', baseUrl: server.url });
  const first = await anthropic.complete(requestTo('claude-opus-5-5', { tools: [note] }), options());
  const content = [
    { type: 'thinking', thinking: 'Let me think.', signature: 'c2ln' },
    { type: 'text', text: 'Noting.' },
    { type: 'tool_use', id: 'tu_1', name: 'note', input: { a: 1 } },
  ];
  expect(first.carry).toEqual({ provider: 'anthropic', model: 'claude-opus-5-5', content });

  const messages = [
    { role: 'user' as const, text: 'Note it.' },
    { role: 'assistant' as const, text: first.text, toolCalls: first.toolCalls, carry: first.carry },
    { role: 'tool' as const, callId: 'tu_1', name: 'note', text: 'Noted.' },
  ];
  server.plan({ text: 'Done.' }, { text: 'Done too.' });
  await anthropic.complete(requestTo('claude-opus-5-5', { messages, tools: [note] }), options());
  expect((server.calls()[1]!.body.messages as { content: unknown }[])[1]!.content).toEqual(content);

  await createOpenAiProvider({ apiKey: 'k', baseUrl: server.v1 }).complete(
    requestTo('gpt-6.1-sol', { messages, tools: [note] }),
    options(),
  );
  expect(JSON.stringify(server.calls()[2]!.body)).not.toContain('Let me think.');
});

test('encrypted reasoning is asked for only where a model reasons, and given back as it came', async () => {
  const openai = createOpenAiProvider({ apiKey: 'k', baseUrl: server.v1, protocol: 'responses' });
  server.plan(
    { thinking: { text: '', signature: 'ZW5j' }, toolCalls: [{ id: 'call_1', name: 'note', arguments: {} }] },
    { text: 'Done.' },
    { text: 'Plain.' },
  );
  const first = await openai.complete(requestTo('gpt-6.1-sol', { tools: [note] }), options());
  expect(first.carry).toMatchObject({
    provider: 'openai',
    content: [
      { type: 'reasoning', encrypted_content: 'ZW5j' },
      { type: 'function_call', call_id: 'call_1' },
    ],
  });
  const messages = [
    { role: 'user' as const, text: 'Note it.' },
    { role: 'assistant' as const, text: first.text, toolCalls: first.toolCalls, carry: first.carry },
    { role: 'tool' as const, callId: 'call_1', name: 'note', text: 'Noted.' },
  ];
  await openai.complete(requestTo('gpt-6.1-sol', { messages, tools: [note] }), options());
  await openai.complete(requestTo('gpt-4.1-mini', { temperature: 0.2 }), options());
  server.plan({ text: 'Another model.' });
  await openai.complete(requestTo('gpt-6-luna', { messages, tools: [note] }), options());
  const [, second, third] = server.calls().map((call) => call.body);
  expect((second!.input as unknown[]).slice(1, 3)).toEqual(first.carry!.content);
  expect(second).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] });
  expect(JSON.stringify(server.calls()[3]!.body)).not.toContain('ZW5j');
  expect(third).not.toHaveProperty('include');
  expect(third).toHaveProperty('temperature', 0.2);
});

test('a server that reports no usage gets an estimate, marked as such', async () => {
  server.plan({ text: 'Forty characters of text for an estimate.', noUsage: true });
  const reply = await createLlamaProvider({ baseUrl: server.v1 }).complete(requestTo('m'), options());
  expect(reply).toMatchObject({
    usageSource: 'estimated',
    usage: { outputTokens: 11, cachedInputTokens: 0 },
  });
  expect(reply.usage.inputTokens).toBeGreaterThan(5);
});

test('a key given to the provider is the only one: nothing is read from the environment', async () => {
  const before = { ...process.env };
  Object.assign(process.env, {
    OPENAI_BASE_URL: 'http://127.0.0.1:1',
    OPENAI_ORG_ID: 'org',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
    ANTHROPIC_AUTH_TOKEN: 'token',
  });
  server.plan({ text: 'a' }, { text: 'b' });
  await createOpenAiProvider({ apiKey: 'k', baseUrl: server.v1 }).complete(requestTo('m'), options());
  await createAnthropicProvider({ apiKey: 'k', baseUrl: server.url }).complete(requestTo('m'), options());
  process.env = before;
  expect(server.calls()).toHaveLength(2);
});

describe('strict schemas', () => {
  const closed = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  test.each([
    [closed, true],
    [{ ...closed, additionalProperties: true }, false],
    [{ ...closed, required: [] }, false],
    [{ ...closed, properties: { a: { type: 'array', items: { type: 'object', properties: {} } } } }, false],
    [{ ...closed, properties: { a: { anyOf: [closed, { type: 'null' }] } } }, true],
    [{ ...closed, properties: { type: { type: 'string' } }, required: ['type'] }, true],
    [{ ...closed, $defs: { open: { type: 'object', properties: { x: {} } } } }, false],
    [{ ...closed, properties: { a: { enum: [{ type: 'object' }] } } }, true],
  ])('%j', (schema, expected) => {
    expect(fitsStrict(schema)).toBe(expected);
  });
});

describe('scoring by the top list', () => {
  test('a label has the chance of all tokens that begin it', () => {
    const [bad, good] = labelScores(
      { ' bad': Math.log(0.4), bad: Math.log(0.1), ' Good': Math.log(0.2), ' the': Math.log(0.05) },
      ['bad news', 'good news'],
    );
    expect(Math.exp(bad!)).toBeCloseTo(0.5);
    expect(Math.exp(good!)).toBeCloseTo(0.2);
  });

  test('a token that could begin two labels counts for neither, and a missing label is below the list', () => {
    const scores = labelScores({ ' n': -0.5, ' no': -1, ' ': -0.1, ' x': -4 }, ['no', 'neutral']);
    expect(scores).toEqual([-1, -5]);
  });

  test('prompts are sent together, and answered in their order', async () => {
    server.plan({ top: (prompt) => ({ ' yes': prompt === 'p1' ? -1 : -2, ' no': -3 }) });
    const llama = createLlamaProvider({ baseUrl: server.v1 });
    const reply = await llama.score!({ model: 'm', prompts: ['p1', 'p2'], labels: ['yes', 'no'] }, options());
    expect(reply.scores).toEqual([
      [-1, -3],
      [-2, -3],
    ]);
    expect(reply.usage.outputTokens).toBe(2);
  });

  test('a server without log-probabilities cannot score, and says so for good', async () => {
    server.plan({ text: 'x' });
    const llama = createLlamaProvider({ baseUrl: server.v1 });
    const error = await failureOf(llama.score!({ model: 'm', prompts: ['p'], labels: ['yes'] }, options()));
    expect(classifyFailure(error)).toMatchObject({ kind: 'bad_request', retryable: false });
  });
});

describe('the habits of compatible servers', () => {
  type Chunk = Parameters<typeof readChatStream>[0] extends AsyncIterable<infer Each> ? Each : never;
  async function* chunks(...deltas: object[]) {
    for (const delta of deltas)
      yield { choices: [{ index: 0, delta: {}, finish_reason: null, ...delta }] } as unknown as Chunk;
  }

  test('tool calls that are all numbered 0, or not at all, are told apart by their ids', async () => {
    const call = (id: string, index?: number) => ({
      delta: { tool_calls: [{ index, id, function: { name: id, arguments: '{}' } }] },
    });
    for (const index of [0, undefined]) {
      const answer = await readChatStream(
        chunks(call('a', index), call('b', index), { finish_reason: 'stop' }),
      );
      expect(answer.toolCalls.map(({ name, arguments: text }) => [name, text])).toEqual([
        ['a', '{}'],
        ['b', '{}'],
      ]);
      expect(answer.stop).toBe('tools');
    }
  });

  test('a tool call without an id gets one, without a name it is malformed', async () => {
    const nameless = { delta: { tool_calls: [{ index: 0, id: 'x', function: { arguments: '{}' } }] } };
    const idless = { delta: { tool_calls: [{ index: 0, function: { name: 'n', arguments: '{}' } }] } };
    expect((await readChatStream(chunks(idless, { finish_reason: 'stop' }))).toolCalls).toEqual([
      { id: 'call_0', name: 'n', arguments: '{}' },
    ]);
    expect(
      classifyFailure(await failureOf(readChatStream(chunks(nameless, { finish_reason: 'stop' })))).kind,
    ).toBe('malformed');
  });
});
